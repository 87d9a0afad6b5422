"""Histories that earlier versions of Studio recorded: every later one has to decide the same."""
