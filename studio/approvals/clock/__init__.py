"""Working time: calendars with opening hours and holidays, and arithmetic on them. Pure; exact across clock changes."""
