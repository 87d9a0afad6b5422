"""Sign-in by a workspace's own provider: the provider, whom its subjects are, ways there and back."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json, UtcDateTime
from studio.core.roles import tenant_table

revision = "0105"
down_revision = "0111"
branch_labels = None
depends_on = None

PROVIDER, IDENTITY, ATTEMPT = "sign_in_provider", "sign_in_identity", "sign_in_attempt"


def upgrade() -> None:
    """No workspace has one yet."""
    op.create_table(
        PROVIDER,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("issuer", sa.String(500), nullable=False),
        sa.Column("client_id", sa.String(200), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary()),
        sa.Column("key_version", sa.Integer()),
        sa.Column("domains", Json, nullable=False),
        sa.Column("claim", sa.String(200), nullable=False),
        sa.Column("mapping", Json, nullable=False),
        sa.Column("default_role", sa.String(20)),
        sa.Column("passwords", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.Uuid()),
        _key(PROVIDER, "workspace_id", "workspace"),
        _key(PROVIDER, "updated_by", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_provider")),
        sa.UniqueConstraint("workspace_id", name=op.f("uq_sign_in_provider_workspace_id")),
    )
    op.create_table(
        IDENTITY,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(500), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("linked_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        _key(IDENTITY, "workspace_id", "workspace"),
        _key(IDENTITY, "user_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_identity")),
        sa.UniqueConstraint(
            "workspace_id", "issuer", "subject", name=op.f("uq_sign_in_identity_workspace_id_issuer_subject")
        ),
        sa.UniqueConstraint("workspace_id", "user_id", "issuer", name=op.f("uq_sign_in_identity_person")),
    )
    op.create_index("ix_sign_in_identity_user_id", IDENTITY, ["user_id"])
    op.create_table(
        ATTEMPT,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("state_hash", sa.String(64), nullable=False),
        sa.Column("browser_hash", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("user_id", sa.Uuid()),
        sa.Column("session_id", sa.Uuid()),
        *(sa.Column(name, UtcDateTime(), nullable=False) for name in ("created_at", "ends_at")),
        *(sa.Column(name, UtcDateTime()) for name in ("used_at", "proved_at")),
        _key(ATTEMPT, "workspace_id", "workspace"),
        _key(ATTEMPT, "user_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
        sa.UniqueConstraint("state_hash", name=op.f("uq_sign_in_attempt_state_hash")),
    )
    op.create_index("ix_sign_in_attempt_ends_at", ATTEMPT, ["workspace_id", "ends_at"])
    for table in (PROVIDER, IDENTITY, ATTEMPT):
        tenant_table(table)
    op.add_column("workspace", sa.Column("sign_in_name", sa.String(60)))
    op.add_column("seat", sa.Column("by_provider_at", UtcDateTime()))
    op.add_column("seat", _off("only_by_provider"))
    op.add_column("user_session", _off("by_provider"))


def downgrade() -> None:
    """Drop them: whoever came by a provider alone chooses a password by “Forgot the password?”."""
    op.drop_column("user_session", "by_provider")
    op.drop_column("seat", "only_by_provider")
    op.drop_column("seat", "by_provider_at")
    op.drop_column("workspace", "sign_in_name")
    for table in (ATTEMPT, IDENTITY, PROVIDER):
        op.drop_table(table)


def _key(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def _off(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
