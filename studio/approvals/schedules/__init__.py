"""Who is on call: people in turns, and exceptions by date. Pure; exact across clock changes."""
