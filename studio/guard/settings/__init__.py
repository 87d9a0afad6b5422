"""Settings that money depends on: versioned, and changed behind their protected targets alone."""
