"""Event sources: what arrives is kept and looked at before there is a workflow (docs/decisions/event-sources.md)."""
