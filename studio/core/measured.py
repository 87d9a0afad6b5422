"""How long each answer of the web processes took, for Prometheus: by endpoint, method and class of the status."""

from flask import Flask, Response, g, request

from studio.core import clock
from studio.core.metrics import REQUEST_SECONDS

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def init_app(app: Flask) -> None:
    """Measure from the first look at a request to its answer; what is streamed afterwards does not count."""

    def begin() -> None:
        g.measured_from = clock.monotonic()

    def finish(answer: Response) -> Response:
        begun = g.get("measured_from")
        if begun is not None:
            method = request.method if request.method in METHODS else "other"
            status = f"{answer.status_code // 100}xx"
            REQUEST_SECONDS.labels(request.endpoint or "none", method, status).observe(clock.monotonic() - begun)
        return answer

    app.before_request(begin)
    app.after_request(finish)
