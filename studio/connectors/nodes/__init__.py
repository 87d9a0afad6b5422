"""Steps that call other systems by a connection."""
