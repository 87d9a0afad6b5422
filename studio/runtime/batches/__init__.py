"""One thing done with many runs: found by a filter, planned, spread over time, paused and cancelled."""
