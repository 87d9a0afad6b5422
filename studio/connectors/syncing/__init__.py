"""Syncs at work: who is due, one page after another, what became of it, and what people do with them."""
