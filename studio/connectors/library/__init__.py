"""Imported API descriptions: kept by version, looked up by operation."""
