"""Why there is no answer, and whether the target may have seen the request."""

from studio.core.errors import StudioError


class HttpError(StudioError):
    """No answer. `seen`: the target may have seen the request, so nobody knows what it did.

    Codes: `http.url`, `http.refused_address`, `http.dns`, `http.connect`, `http.tls`,
    `http.timeout`, `http.broken`, `http.too_large`, `http.bad_answer`.
    """

    status = 502
    code = "http.broken"

    def __init__(self, message: str, *, code: str, seen: bool, retryable: bool, field: str | None = None) -> None:
        """`retryable`: another try may end differently, leaving aside what `seen` says."""
        super().__init__(message, code=code, field=field)
        self.seen = seen
        self.retryable = retryable

    @property
    def may_have_arrived(self) -> bool:
        """The same as `seen`, as steps ask it."""
        return self.seen
