"""Studio: draw an automation, publish it, trust it."""
