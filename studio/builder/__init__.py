"""Drafts, graph checks, publishing, test runs: what the canvas talks to."""
