"""Connections: accounts at other systems, kept alive, called and synced on behalf of one workspace."""
