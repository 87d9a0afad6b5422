"""How many hints may wait. More would say nothing new: whoever takes one looks at all there is."""

from typing import Any

from dramatiq import Broker, Message

CAPACITY = 64
"""Hints that a queue holds of those that come with every order."""
SPARE = 64
"""Beyond them there is still room for what is hinted seldom, such as mail: a burst of orders must not keep it out."""


def room(broker: Broker, message: Message[Any]) -> int:
    """How many hints may wait before this one, for it to be worth sending."""
    actor = broker.actors.get(message.actor_name)
    return CAPACITY if actor is None or actor.options.get("frequent", True) else CAPACITY + SPARE
