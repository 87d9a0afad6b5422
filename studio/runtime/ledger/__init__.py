"""The ledger: where runs, steps and waits are claimed, read and written, the same on both databases."""
