"""Approval matrices: tables of conditions, and of who decides where they hold."""
