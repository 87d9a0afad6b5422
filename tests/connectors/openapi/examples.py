# ruff: noqa: E501 - JSON as it is read
"""A small document with everything in it, written by us."""

from typing import Any

SHOP: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Shop API", "version": "2026-11", "description": "Orders of a **shop**."},
    "servers": [{"url": "https://{shop}.example.com/v2", "variables": {"shop": {"default": "north"}}}],
    "security": [{"key": []}],
    "paths": {
        "/orders/{order_id}/refunds": {
            "parameters": [{"name": "order_id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "post": {
                "operationId": "refundOrder",
                "summary": "Refund an order.",
                "description": "<p>Gives money back. See [the guide](https://example.com).</p>",
                "tags": ["Refunds"],
                "parameters": [
                    {"name": "notify", "in": "query", "schema": {"type": "boolean", "default": True}},
                    {"name": "X-Shop-Channel", "in": "header", "schema": {"type": "string", "enum": ["web", "pos"]}},
                ],
                "requestBody": {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refund"}}}},
                "responses": {"201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Made"}}}}},
            },
        },
        "/orders": {
            "get": {
                "summary": "List orders",
                "parameters": [
                    {"name": "status", "in": "query", "explode": False, "schema": {"type": "array", "items": {"enum": ["open", "paid"]}}},
                    {"name": "filter", "in": "query", "style": "deepObject", "schema": {"type": "object", "properties": {"since": {"type": "string", "format": "date"}, "total": {"type": "integer", "minimum": 0}}}},
                    {"name": "order_id", "in": "query", "schema": {"type": "integer"}},
                    {"name": "session", "in": "cookie", "schema": {"type": "string"}},
                ],
                "responses": {"200": {"description": "Them."}},
            },
            "post": {
                "operationId": "uploadOrders",
                "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": {"type": "object"}}}},
                "responses": {},
            },
        },
        "/labels": {
            "servers": [{"url": "https://labels.example.org"}],
            "get": {"operationId": "labels", "responses": {}},
        },
    },
    "components": {
        "schemas": {
            "Refund": {
                "type": "object",
                "required": ["amount", "lines"],
                "properties": {
                    "id": {"type": "string", "readOnly": True},
                    "amount": {"type": "number", "exclusiveMinimum": 0, "maximum": 10000, "examples": [12.5]},
                    "reason": {"type": ["string", "null"], "maxLength": 20},
                    "order_id": {"type": "string"},
                    "lines": {
                        "type": "array", "minItems": 1,
                        "items": {"type": "object", "required": ["sku"], "properties": {"sku": {"type": "string"}, "quantity": {"type": "integer", "minimum": 1}}},
                    },
                    "address": {"allOf": [{"$ref": "#/components/schemas/Address"}, {"required": ["city"]}]},
                    "to": {"oneOf": [{"title": "Card", "type": "object", "properties": {"card": {"type": "string"}}}, {"title": "Voucher", "type": "object", "properties": {"voucher": {"type": "string"}}}]},
                    "parent": {"$ref": "#/components/schemas/Refund"},
                    "meta": {"type": "object", "additionalProperties": {"type": "string"}},
                },
            },
            "Address": {"type": "object", "properties": {"city": {"type": "string"}, "geo": {"type": "object", "properties": {"point": {"type": "object", "properties": {"x": {"type": "number"}}}}}}},
            "Made": {"type": "object", "properties": {"id": {"type": "string"}, "refund": {"$ref": "#/components/schemas/Refund"}}},
        },
        "securitySchemes": {
            "key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
            "login": {"type": "http", "scheme": "basic"},
            "token": {"type": "http", "scheme": "Bearer"},
            "oauth": {"type": "oauth2", "flows": {
                "authorizationCode": {"authorizationUrl": "https://example.com/authorize", "tokenUrl": "https://example.com/token", "scopes": {"orders": "Read orders"}},
                "clientCredentials": {"tokenUrl": "https://example.com/token", "scopes": {}},
                "implicit": {"authorizationUrl": "https://example.com/authorize", "scopes": {}},
            }},
            "mutual": {"type": "mutualTLS"},
        },
    },
}  # fmt: skip
