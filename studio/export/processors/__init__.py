"""Processors: what happens to an event between the trail and its destination. One a file."""
