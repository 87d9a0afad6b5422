"""Syncs: what another system holds, copied page by page and kept like it. One sync a connection, stream and scope."""
