"""Keys and ways into other systems."""

from studio.contract.protecting import Fact, Target

TOKEN = Target(
    "api_token.rotate",
    "API token made, rotated or revoked",
    "A program gets a key to this workspace, another one in its place, or none any longer.",
    facts=(
        Fact("name", "text", "Name", "ERP"),
        Fact("scopes", "text", "Scopes, separated by blanks", "runs:read workflows:write"),
    ),
    steps=False,
)
SECRET = Target(
    "secret.change",
    "Secret set or deleted",
    "What workflows sign in with elsewhere is set, replaced or deleted.",
    facts=(Fact("name", "text", "Name", "erp-token"),),
    steps=False,
)
MASTER_KEY = Target(
    "master_key.rotate",
    "Master key rotation",
    "The key under which all secrets are kept is replaced, by a command on the machine. A command is no person: it "
    "stops here, unless whoever runs it says why it must go on, which the audit trail keeps.",
    facts=(Fact("name", "text", "Version of the key", "2"),),
    steps=False,
)
CONNECTION = Target(
    "connection.change",
    "Production connection change",
    "A connection to a shop, payment provider or ERP in production is set up, changed or removed.",
    facts=(
        Fact("service", "text", "Service", "shopify"),
        Fact("environment", "text", "Environment", "production"),
    ),
    steps=False,
)
