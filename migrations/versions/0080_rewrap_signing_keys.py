"""The seal around a signing key's private half may be renewed: all else about the key stays as it was said."""

from alembic import op

from studio.core import roles

revision = "0080"
down_revision = "0071"
branch_labels = None
depends_on = None

KEY, STAYS = "audit_signing_key", "number, public, made_at, endorsement"


def upgrade() -> None:
    """Let the application re-wrap it under a newer master key."""
    if op.get_bind().dialect.name == "postgresql":
        roles.updatable(KEY, "private")
        return
    _guard(f"of {STAYS} ")


def downgrade() -> None:
    """Keep all of it as it is."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"revoke update (private) on {KEY} from {roles.APP}")
        return
    _guard("")


def _guard(columns: str) -> None:
    op.execute(f"drop trigger {KEY}_no_update")
    op.execute(
        f"create trigger {KEY}_no_update before update {columns}on {KEY} "
        "begin select raise(abort, 'audit is append-only'); end"
    )
