"""What every answer tells the browser: where scripts may come from, and what else it must not do."""

from flask import Flask, Response, g, request

from studio.core import rng

_POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:;"
    " object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_YEAR = "public, max-age=31536000, immutable"


def init_app(app: Flask, *, secure: bool) -> None:
    """Put the headers on every answer; `csp_nonce()` is what a template's own script names."""
    app.jinja_env.globals["csp_nonce"] = csp_nonce

    def finish(answer: Response) -> Response:
        for name, value in _ALWAYS.items():
            answer.headers.setdefault(name, value)
        if secure:
            answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if answer.mimetype == "text/html":
            answer.headers["Content-Security-Policy"] = _POLICY.format(nonce=csp_nonce())
            answer.headers.setdefault("X-Frame-Options", "DENY")
        _cache(answer)
        return answer

    app.after_request(finish)


def csp_nonce() -> str:
    """The number that this answer's own scripts carry."""
    if "csp_nonce" not in g:
        g.csp_nonce = rng.token(16)
    nonce: str = g.csp_nonce
    return nonce


def _cache(answer: Response) -> None:
    """What a build has named by its hash never changes; pages are nobody's but the reader's."""
    if request.path.startswith("/static/dist/") and answer.status_code == 200:
        answer.headers["Cache-Control"] = _YEAR
    elif "Cache-Control" not in answer.headers:
        answer.headers["Cache-Control"] = "private, no-cache"
