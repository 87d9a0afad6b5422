"""What may be done, by which seats, and by API tokens of which scope. Deny by default.

A permission is declared in the table below. A view states one with `@permission("run.read")`, or says that it
needs none: `@signed_in` (any seat, never a token) or `@public("why")`. `studio.accounts.guard` enforces it before
the view runs and refuses a view that states nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from studio.accounts.outcomes import Role
from studio.core.actor import Actor

View = TypeVar("View", bound=Callable[..., Any])

_ATTRIBUTE = "studio_access"


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing that may be done."""

    name: str
    roles: frozenset[Role]
    scope: str | None
    """The API scope that carries it; None: no token ever may."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a view states about itself."""

    permission: str | None = None
    public: str | None = None
    """Why anybody may come here."""
    hot: bool = False
    """Nothing of the frame is touched: no session, no CSRF, no unit of work of the request."""


OWNER, ADMIN, BUILDER, AUDITOR, APPROVER = Role
_OWNERS = (OWNER,)
_ADMINS = (OWNER, ADMIN)
_BUILDERS = (OWNER, ADMIN, BUILDER)
_STAFF = (OWNER, ADMIN, BUILDER, AUDITOR)
_ALL = tuple(Role)
_DECIDERS = (OWNER, ADMIN, BUILDER, APPROVER)

_TABLE: tuple[tuple[str, Iterable[Role], str | None], ...] = (
    ("home.read", _STAFF, None),
    ("workflow.read", _STAFF, "workflows:read"),
    ("workflow.edit", _BUILDERS, "workflows:write"),
    ("workflow.publish", _BUILDERS, "workflows:write"),
    ("workflow.start", _BUILDERS, "runs:write"),
    ("gallery.use", _BUILDERS, "workflows:write"),
    ("gallery.manage", _BUILDERS, "workflows:write"),
    ("gallery.read", _STAFF, "workflows:read"),
    ("event.read", _STAFF, "runs:read"),
    ("run.read", _STAFF, "runs:read"),
    ("run.cancel", _BUILDERS, "runs:write"),
    ("run.rerun", _BUILDERS, "runs:write"),
    ("run.signal", _BUILDERS, "runs:write"),
    ("alert.read", _STAFF, "runs:read"),
    ("alert.answer", _BUILDERS, "runs:write"),
    ("approval.read", _ALL, "approvals:read"),
    ("approval.decide", _DECIDERS, "approvals:write"),
    ("approval.ask", _DECIDERS, "approvals:write"),  # of others, and never of oneself; an auditor's seat only reads
    ("approval.read_all", _STAFF, "approvals:read"),
    ("approval.manage", _ADMINS, "approvals:write"),
    ("approval.bypass", _ADMINS, "approvals:bypass"),
    ("approval.report", _ADMINS, "approvals:read"),  # how fast each person answers is nobody else's to see
    ("group.read", _STAFF, "members:read"),
    ("group.manage", _ADMINS, "members:write"),
    ("policy.read", _STAFF, "settings:read"),
    ("policy.manage", _ADMINS, "settings:write"),
    ("calendar.read", _STAFF, "settings:read"),
    ("calendar.manage", _ADMINS, "settings:write"),
    ("schedule.read", _STAFF, "members:read"),
    ("schedule.manage", _ADMINS, "members:write"),
    ("audit.read", (OWNER, ADMIN, AUDITOR), "audit:read"),
    ("audit.export", (OWNER, ADMIN, AUDITOR), "audit:read"),
    ("export.read", (OWNER, ADMIN, AUDITOR), "audit:read"),
    ("export.manage", _ADMINS, "settings:write"),
    ("member.read", _STAFF, "members:read"),
    ("member.manage", _ADMINS, "members:write"),
    ("review.read", (OWNER, ADMIN, AUDITOR), "members:read"),
    ("review.manage", _ADMINS, "members:write"),
    ("review.answer", _DECIDERS, "members:write"),  # about the seats that one is asked about, and never one's own
    ("token.read", _ADMINS, None),
    ("token.manage", _ADMINS, None),
    ("secret.read", _STAFF, "secrets:read"),
    ("secret.manage", _ADMINS, "secrets:write"),
    ("connection.read", _STAFF, "connections:read"),
    ("connection.manage", _ADMINS, "connections:write"),
    ("flag.read", _STAFF, "flags:read"),
    ("flag.edit", _BUILDERS, "flags:write"),
    ("flag.manage", _ADMINS, "flags:write"),
    ("settings.read", _STAFF, "settings:read"),
    ("settings.manage", _ADMINS, "settings:write"),
    ("protection.read", _STAFF, "settings:read"),
    ("protection.manage", _ADMINS, "settings:write"),
    ("protection.bypass", _ADMINS, "approvals:bypass"),
    ("elevation.read", (OWNER, ADMIN, AUDITOR), "members:read"),
    ("elevation.manage", _ADMINS, "members:write"),
    ("elevation.ask", _ALL, "members:write"),  # about oneself
    ("mailbox.read", _OWNERS, None),  # it holds links and codes of everybody: an admin could become an owner by them
    ("workspace.stop", _BUILDERS, "workflows:write"),
    ("workspace.owner", _OWNERS, None),
)

REGISTRY: dict[str, Permission] = {name: Permission(name, frozenset(roles), scope) for name, roles, scope in _TABLE}
SCOPES: tuple[str, ...] = tuple(sorted({p.scope for p in REGISTRY.values() if p.scope}))


def allowed(name: str, role: Role | None, scopes: frozenset[str] | None = None) -> bool:
    """Whether a seat may do it; `scopes` narrows it to what a token was given. Unknown names raise."""
    wanted = REGISTRY[name]
    if role not in wanted.roles:
        return False
    return scopes is None or (wanted.scope is not None and wanted.scope in scopes)


def of_role(role: Role) -> frozenset[str]:
    """All that a seat of a role may do."""
    return frozenset(name for name, one in REGISTRY.items() if role in one.roles)


def beyond(actor: Actor, current: Role | None, wanted: Role | None) -> bool:
    """Whether a seat would gain what whoever acts may not do: nobody gives more than they have."""
    if wanted is None or actor.role is None:
        return False
    gained = of_role(wanted) - (of_role(current) if current is not None else frozenset())
    lent = actor.elevation.permissions if actor.elevation is not None else frozenset()
    return not gained <= of_role(Role(actor.role)) | lent


def actor_may(actor: Actor, name: str) -> bool:
    """Whether whoever acts has the seat for it, or is elevated to it now. Unknown names raise."""
    role = Role(actor.role) if actor.role else None
    return allowed(name, role) or (actor.elevation is not None and name in actor.elevation.permissions)


def permission(name: str) -> Callable[[View], View]:
    """State the permission that a view needs. A name that is not in the registry fails on import."""
    if name not in REGISTRY:
        raise LookupError(f"there is no permission {name!r}")
    return _stating(Access(permission=name))


def signed_in(view: View) -> View:
    """State that a view serves every seat and is about the person: profile, sign-out. No API token."""
    return _stating(Access())(view)


def public(why: str, *, hot: bool = False) -> Callable[[View], View]:
    """State that anybody may call a view, and why. `hot`: a machine's address outside of the frame."""
    return _stating(Access(public=why, hot=hot))


def access_of(view: Callable[..., Any] | None) -> Access | None:
    """What a view states; None where it states nothing."""
    return getattr(view, _ATTRIBUTE, None)


def _stating(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, _ATTRIBUTE, access)
        return view

    return mark
