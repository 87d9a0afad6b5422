"""What the form of a step that asks people keeps together, under one heading each."""

from studio.core.i18n import marked

RULES = marked("By policy, matrix or field")
CLOSER = marked("More about who decides")
SILENCE = marked("Reminders and escalation")
ANSWERS = marked("Answers and changes")
ITEMS = marked("Line by line")
EFFECT = marked("When it takes effect")
