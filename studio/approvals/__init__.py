"""Requests for a decision, who may decide, and until when."""
