"""The fields of the step that asks people, by what they are about."""
