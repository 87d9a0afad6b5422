"""A workspace's own templates: made of its workflows, or of files."""
