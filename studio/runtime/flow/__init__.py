"""Flow control: which runs may start or go on now, and which wait for their turn."""
