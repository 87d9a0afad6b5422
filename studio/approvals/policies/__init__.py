"""Approval policies: who decides and until when, by a name that many workflows use."""
