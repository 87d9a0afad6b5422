"""What stands above the text of a workspace's mails: its logo."""

from markupsafe import Markup

from studio.accounts.models import Workspace
from studio.accounts.service import logos
from studio.core.unit_of_work import UnitOfWork

_HEAD = Markup(
    '<p style="margin:0 0 20px"><img src="{src}" alt="{name}" height="40"'
    ' style="display:block;height:40px;width:auto;max-width:240px;border:0"></p>\n'
)
"""Mail programs know inline styles only. Where they show no pictures, the name stands there. It is a constant of ours:
format() escapes what is filled in."""


def head(uow: UnitOfWork, *, public_url: str) -> str:
    """As HTML; nothing where the workspace has no logo, or the unit is no workspace's."""
    row = uow.session.get(Workspace, uow.workspace_id) if uow.workspace_id is not None else None
    if row is None or row.logo_id is None:
        return ""
    src = public_url.rstrip("/") + logos.path(row.id, row.logo_id)
    return str(_HEAD.format(src=src, name=row.name))
