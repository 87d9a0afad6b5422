"""Pages that show several packages side by side: Home, Workflows, Runs, Audit."""
