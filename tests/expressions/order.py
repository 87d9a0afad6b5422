"""An order as a shop sends it, for the tests of this folder."""

from studio.expressions import Environment, Schema, Scope

ORDER = {
    "id": 450789469_999_999_999_999_999,
    "name": "#1001",
    "currency": "EUR",
    "total_price": "150.00",
    "total_tax": "24.00",
    "total": 150,
    "half": 149.5,
    "note": None,
    "paid": True,
    "tags": ["vip", "wholesale"],
    "created_at": "2026-03-31T09:00:00-04:00",
    "odd key": "x",
    "customer": {"email": "ada@example.com", "orders_count": 3},
    "lines": [
        {"sku": "A-1", "price": "10.10", "quantity": 3},
        {"sku": "B-2", "price": 5, "quantity": 1, "gift": True},
    ],
}
VALUES = {
    "trigger": {"order": ORDER},
    "steps": {"fetch": {"status": 200, "body": {"ok": True}}},
    "run": {"id": "run-1", "started_at": "2026-04-02T09:00:00Z"},
    "workspace": {"name": "Shop", "currency": "EUR", "time_zone": "Europe/Berlin"},
}
SCOPE = Scope(VALUES)

_LINE = {
    "type": "object",
    "properties": {
        "sku": {"type": "string"},
        "price": {"type": "string", "format": "money"},
        "quantity": {"type": "integer", "examples": [3]},
    },
}
SCHEMA = {
    "type": "object",
    "properties": {
        "order": {
            "type": "object",
            "properties": {
                "id": {"type": "integer"},
                "total_price": {"type": "string", "format": "money", "examples": ["150.00"]},
                "total_tax": {"type": "string", "format": "money"},
                "total": {"type": "number"},
                "note": {"type": ["string", "null"]},
                "paid": {"type": "boolean"},
                "tags": {"type": "array", "items": {"type": "string"}},
                "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
                "extra": {"type": "object", "additionalProperties": True},
            },
        }
    },
    "$defs": {"line": _LINE},
}
ENVIRONMENT = Environment(
    {
        "trigger": Schema.from_json_schema(SCHEMA),
        "steps": Schema.of_fields(
            {"fetch": Schema.from_sample({"body": {"name": "x", "rows": [{"a": 1}, {"b": "2"}]}})}
        ),
        "run": Schema.of_fields({"id": Schema.of_kind("string")}),
    }
)
