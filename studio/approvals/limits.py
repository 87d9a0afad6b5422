"""How long what people say may be, whichever way they say it."""

from typing import Annotated

from pydantic import Field

REMARK = 4_000
"""Characters of a comment, a reason or a note: the same on pages, by the API and from Slack."""
WHO = 300
"""Characters of `user:…`, `group:…` or `schedule:…`: an address has 254 at most, a name 80."""
Who = Annotated[str, Field(max_length=WHO)]
