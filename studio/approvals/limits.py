"""How long what people say may be, whichever way they say it."""

REMARK = 4_000
"""Characters of a comment, a reason or a note: the same on pages, by the API and from Slack."""
