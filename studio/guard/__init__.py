"""Gates: what must be proved or agreed to before something happens."""
