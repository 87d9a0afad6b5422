"""Why a sign-in by a provider comes to nothing."""

from studio.core.errors import StudioError


class Refused(StudioError):
    """Nobody was let in and nothing was changed."""

    status = 403
    code = "sign_in.refused"
