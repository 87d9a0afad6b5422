"""What a connector tells of by webhooks, in terms that definitions and triggers share. Pure but for `emitting`."""
