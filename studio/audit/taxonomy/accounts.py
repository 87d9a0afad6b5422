"""Workspaces, people and their seats, sign-in, API tokens and secrets."""

from studio.audit.registry import Action, Metadata


class Seat(Metadata):
    role: str
    """`owner`, `admin`, `builder`, `auditor` or `approver`."""


class Token(Metadata):
    scopes: str
    """With commas between."""


class Factor(Metadata):
    method: str
    """`passkey` or `totp`."""


class SignedInBy(Metadata):
    by: str | None = None
    """The workspace's sign-in provider; empty: a password."""


class Linked(Metadata):
    provider: str


class ProviderSaved(Metadata):
    secret_replaced: bool
    """True: the client's secret is another one."""


class ProviderRefused(Metadata):
    reason: str
    """A code, such as `sign_in.nonce`."""


class SecretHosts(Metadata):
    hosts: str | None = None
    """Where it may be sent, with commas between."""


class SecretUpdated(Metadata):
    value_replaced: bool
    """False: only the hosts were changed."""


SIGNED_IN = Action(
    "session.signed_in",
    "Somebody signed in, or went on in this workspace.",
    sentence="{actor} signed in",
    metadata=SignedInBy,
    example={"by": "Okta"},
    version=2,
    ocsf=3002,
)
PROVIDER_REFUSED = Action(
    "session.provider_refused",
    "Somebody came back from the workspace's sign-in provider and was not let in.",
    sentence="A sign-in by {target} was refused: {reason}",
    metadata=ProviderRefused,
    example={"reason": "sign_in.nonce"},
    severity="warning",
    ocsf=3002,
)
PROVIDER_CREATED = Action(
    "sign_in_provider.created",
    "The workspace was given a sign-in provider of its own.",
    sentence="{actor} set up signing in by “{target}”",
    metadata=ProviderSaved,
    example={"secret_replaced": True},
    severity="warning",
    ocsf=3001,
)
PROVIDER_UPDATED = Action(
    "sign_in_provider.updated",
    "The workspace's sign-in provider was changed: its address, whom it lets in, or which roles it gives.",
    sentence="{actor} changed how people sign in by “{target}”",
    metadata=ProviderSaved,
    example={"secret_replaced": False},
    severity="warning",
    ocsf=3001,
)
PROVIDER_REMOVED = Action(
    "sign_in_provider.removed",
    "The workspace's sign-in provider was taken away; its people sign in by password.",
    sentence="{actor} ended signing in by “{target}”",
    severity="warning",
    ocsf=3001,
)
SIGNED_OUT = Action(
    "session.signed_out",
    "Somebody signed out.",
    sentence="{actor} signed out",
    ocsf=3002,
)
SIGN_IN_FAILED = Action(
    "session.sign_in_failed",
    "Somebody tried to sign in as a member with a wrong password.",
    sentence="A sign-in as {target} failed",
    severity="warning",
    ocsf=3002,
)
RESET_REQUESTED = Action(
    "password.reset_requested",
    "Somebody asked for a mail to choose a new password.",
    sentence="A new password was asked for, for {target}",
    ocsf=3001,
)
PASSWORD_CHANGED = Action(
    "password.changed",
    "A member's password was changed; their other sessions ended.",
    sentence="The password of {target} was changed",
    severity="notice",
    ocsf=3001,
)
FACTOR_ADDED = Action(
    "factor.added",
    "Somebody set up a further way to prove who they are.",
    sentence="{actor} set up a further way to prove who they are: {method}",
    metadata=Factor,
    example={"method": "passkey"},
    severity="notice",
    ocsf=3001,
)
FACTOR_REMOVED = Action(
    "factor.removed",
    "A way to prove who somebody is was taken away.",
    sentence="{actor} removed a way to prove who they are: {method}",
    metadata=Factor,
    example={"method": "totp"},
    severity="notice",
    ocsf=3001,
)
FACTOR_CODES = Action(
    "factor.codes_renewed",
    "Somebody made new recovery codes; those from before ended.",
    sentence="{actor} made new recovery codes",
    severity="notice",
    ocsf=3001,
)
FACTORS_TAKEN = Action(
    "factor.all_removed",
    "An operator or admin took away every way but the password by which a member proves who they are; their sessions "
    "ended.",
    sentence="{actor} took passkeys, authenticator app and recovery codes of {target} away",
    severity="warning",
    ocsf=3001,
)
MEMBER_CREATED = Action(
    "member.created",
    "Somebody was given a seat.",
    sentence="{actor} gave {target} a seat as {role}",
    metadata=Seat,
    example={"role": "approver"},
    severity="notice",
    ocsf=3001,
)
MEMBER_LINKED = Action(
    "member.linked",
    "From now on the sign-in provider vouches for a member, whom it knows by an id of its own.",
    sentence="{target} comes in by {provider} from now on",
    metadata=Linked,
    example={"provider": "Okta"},
    severity="notice",
    ocsf=3001,
)
MEMBER_PROVISIONED = Action(
    "member.provisioned",
    "The company's directory (SCIM) changed what it calls a member.",
    sentence="{actor} changed what the directory calls {target}",
    severity="notice",
    ocsf=3001,
)
MEMBER_INVITED_AGAIN = Action(
    "member.invited_again",
    "The invitation of somebody who has not come in yet was sent once more; its earlier link ended.",
    sentence="{actor} sent {target} the invitation again",
    ocsf=3001,
)
INVITATION_WITHDRAWN = Action(
    "member.invitation_withdrawn",
    "The seat of somebody who had not come in yet was taken away.",
    sentence="{actor} withdrew the invitation of {target}",
    severity="notice",
    ocsf=3001,
)
MEMBER_ROLE_CHANGED = Action(
    "member.role_changed",
    "A seat was made another one.",
    sentence="{actor} changed the seat of {target}",
    severity="notice",
    ocsf=3005,
)
MEMBER_DISABLED = Action(
    "member.disabled",
    "A seat was taken away; its person's sessions and tokens here ended, each token with an event of its own.",
    sentence="{actor} took the seat of {target} away",
    severity="notice",
    ocsf=3001,
)
MEMBER_ENABLED = Action(
    "member.enabled",
    "A seat was given back.",
    sentence="{actor} gave {target} the seat back",
    severity="notice",
    ocsf=3001,
)
USER_DISABLED = Action(
    "user.disabled",
    "An operator locked a member out of all workspaces; their sessions ended and their tokens stopped.",
    sentence="{actor} locked {target} out of Studio",
    severity="warning",
    ocsf=3001,
)
USER_ENABLED = Action(
    "user.enabled",
    "An operator let a member sign in again.",
    sentence="{actor} let {target} sign in to Studio again",
    severity="notice",
    ocsf=3001,
)
TOKEN_CREATED = Action(
    "token.created",
    "An API token was made.",
    sentence="{actor} made the API token “{target}”",
    metadata=Token,
    example={"scopes": "runs:read, workflows:read"},
    severity="notice",
)
TOKEN_REVOKED = Action(
    "token.revoked",
    "An API token was ended.",
    sentence="{actor} revoked the API token “{target}”",
    severity="notice",
)
SECRET_CREATED = Action(
    "secret.created",
    "A secret was stored.",
    sentence="{actor} stored the secret “{target}”",
    metadata=SecretHosts,
    example={"hosts": "api.example.com"},
    severity="notice",
)
SECRET_UPDATED = Action(
    "secret.updated",
    "A secret was given another value or other hosts.",
    sentence="{actor} changed the secret “{target}”",
    metadata=SecretUpdated,
    example={"value_replaced": True},
    severity="notice",
)
SECRET_DELETED = Action(
    "secret.deleted",
    "A secret was removed.",
    sentence="{actor} deleted the secret “{target}”",
    severity="notice",
)
WORKSPACE_CREATED = Action(
    "workspace.created",
    "A workspace was made.",
    sentence="{actor} made the workspace {target}",
    severity="notice",
)
WORKSPACE_LIMITED = Action(
    "workspace.limited",
    "How many runs all workflows of a workspace may execute and start together was changed.",
    sentence="{actor} changed the limits of the workspace",
    severity="notice",
)
WORKSPACE_RETENTION = Action(
    "workspace.retention_changed",
    "How long ended runs are kept, by workflow and by how they ended, was changed.",
    sentence="{actor} changed how long runs are kept",
    severity="notice",
)
WORKSPACE_UPDATED = Action(
    "workspace.updated",
    "A workspace's name, currency, time zone, formats, retention or number of approver seats were changed.",
    sentence="{actor} changed the settings of the workspace",
    severity="notice",
)
