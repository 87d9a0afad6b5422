"""Templates, and the wizard that turns one into a draft."""
