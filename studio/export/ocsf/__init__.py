"""Audit events as the Open Cybersecurity Schema Framework, version 1.8, has them. Pure."""
