"""Shadow: the draft beside the published version on events as they come, without effects, for a chosen time.

A shadow is a backtest whose events are still to come: the same rows, walked and compared by the same machine.
"""
