"""The only door to Dramatiq. A message is a hint, "look again": losing, repeating or reordering it loses nothing."""

from studio.core.dispatch.broker import make_broker
from studio.core.dispatch.hints import Hints
from studio.core.dispatch.workers import Workers

__all__ = ["Hints", "Workers", "make_broker"]
