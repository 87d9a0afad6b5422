"""One small family of errors: page, API and run history render the same object."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field. `path` is dotted, such as `nodes.3.config.url`."""

    path: str
    code: str
    message: str


class StudioError(Exception):
    """An expected refusal: `code` for machines, a sentence for people that says what to do next."""

    status = 400
    code = "bad_request"
    retry_after_s: int | None = None
    """When it is worth trying again, where that is known."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        field: str | None = None,
        resource: str | None = None,
        problems: Sequence[FieldProblem] = (),
    ) -> None:
        """`field` is a dotted path into what was sent; `resource` names what it is about, such as `workflow:<id>`."""
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.field = field
        self.resource = resource
        self.problems = tuple(problems) or ((FieldProblem(field, self.code, message),) if field else ())


class InvalidInput(StudioError):
    """What was sent does not have the form it must have."""

    status = 422
    code = "invalid_input"


class NotSignedIn(StudioError):
    """Nobody is signed in, or the token is unknown."""

    status = 401
    code = "not_signed_in"


class Forbidden(StudioError):
    """The seat does not carry the permission."""

    status = 403
    code = "forbidden"


class NotFound(StudioError):
    """It does not exist, or it is another workspace's: the two look alike from outside."""

    status = 404
    code = "not_found"


class Conflict(StudioError):
    """Somebody else was faster, or the thing is in a state that does not allow this."""

    status = 409
    code = "conflict"


class Gone(StudioError):
    """It existed and has ended: an expired link, a used code."""

    status = 410
    code = "gone"


class TooLarge(StudioError):
    """Larger than the limit."""

    status = 413
    code = "too_large"


class TooManyRequests(StudioError):
    """A limit on attempts was reached."""

    status = 429
    code = "too_many_requests"


class Unavailable(StudioError):
    """The database, the broker or a limit of this process does not allow it now; trying again is safe."""

    status = 503
    code = "unavailable"
    retry_after_s = 2
