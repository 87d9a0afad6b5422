"""One claimed run in memory, with no I/O: what starts, what its steps answer, what it waits for, how it ends."""
