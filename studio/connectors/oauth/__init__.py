"""OAuth 2 for connections: tokens are fetched, read with distrust, refreshed once, and ended."""
