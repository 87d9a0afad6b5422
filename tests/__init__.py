"""Mirrors studio/, plus what spans it: engine, faults, end to end, the project itself."""
