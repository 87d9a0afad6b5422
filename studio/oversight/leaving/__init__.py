"""Somebody leaves: one plan of all that they hold, carried out as a whole or not at all."""
