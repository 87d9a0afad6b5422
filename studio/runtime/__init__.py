"""Durable runs: workflows, versions, ledger, executor, waits, timers."""
