"""Real servers on free ports of 127.0.0.1, for tests and benchmarks; gone when the block ends."""
