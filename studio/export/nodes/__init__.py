"""Steps and triggers about the audit trail. One node type a file."""
