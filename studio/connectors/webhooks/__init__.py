"""Webhooks at providers: registered, heard, removed."""
