"""Backtest: real events of the past through the draft, without effects, beside what became of them."""
