"""Pages that show several packages side by side, a file a subject. Each module adds its routes to the blueprint."""
