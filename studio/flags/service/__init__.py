"""The control plane: whatever changes a flag, a segment or an environment goes through here."""
