"""Why a call did not do what was asked."""

from typing import Any

from studio.core.errors import StudioError
from studio.core.targets import Sign


class ApiError(StudioError):
    """The other system refused, or gave no answer."""

    status = 502
    code = "api.refused"

    def __init__(
        self,
        message: str,
        *,
        code: str = "api.refused",
        answered: int | None = None,
        retryable: bool = False,
        wait_s: float | None = None,
        seen: bool = False,
        sign: Sign = Sign.NONE,
        output: Any = None,
        field: str | None = None,
    ) -> None:
        """`answered`: the HTTP status; None: no answer. `wait_s`: what it asked to be left alone for.

        `seen`: it may have done what was asked, and nobody knows. `sign`: what it says of the target's state.
        """
        super().__init__(message, code=code, field=field)
        self.answered, self.retryable, self.wait_s = answered, retryable, wait_s
        self.seen, self.sign, self.output = seen, sign, output


class SignInRefused(ApiError):
    """It no longer takes the credentials, even fresh ones. Nothing was done; somebody has to sign in again."""

    code = "connection.reauth_required"


class NotUsable(StudioError):
    """The connection cannot be used now, and somebody can mend that: whoever meets it may wait."""

    status = 409
    code = "connection.not_usable"
