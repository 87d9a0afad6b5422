"""The engine: claims runs, carries them to their next boundary in memory, and writes what happened."""
