"""Access reviews: people are asked whether others shall keep their seats, and a rule says what silence means."""
