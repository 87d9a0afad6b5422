"""SCIM 2.0: a company's directory gives, changes and takes away seats and groups. See docs/decisions/scim.md."""

from studio.api.scim import group_routes, service_routes, user_routes
from studio.api.scim.blueprint import blueprint

__all__ = ["blueprint", "group_routes", "service_routes", "user_routes"]
