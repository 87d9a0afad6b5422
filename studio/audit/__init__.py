"""What people, tokens and gates did: taxonomy, record, hash chain."""
