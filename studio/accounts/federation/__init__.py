"""Signing in by a workspace's own provider (OpenID Connect): see docs/decisions/single-sign-on.md."""
