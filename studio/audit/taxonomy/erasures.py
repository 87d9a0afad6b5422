"""Erasures of a customer's data. None of these says whose."""

from studio.audit.registry import Action, Metadata


class ToErase(Metadata):
    runs: int
    """Runs that named the customer when somebody agreed."""
    events: int
    archived_runs: int
    """Archived runs that named the customer then."""


class Erased(Metadata):
    runs: int
    events: int
    kept_runs: int
    """Runs that name the customer and had not ended, or were still needed."""
    archived_runs: int
    """Archived runs that were taken out of their files."""


CUSTOMER_ERASURE_ASKED = Action(
    "customer_erasure.asked",
    "Somebody had all runs looked through for a customer's data.",
    sentence="{actor} looked for the data of a customer: {target}",
    severity="notice",
)
CUSTOMER_ERASURE_CONFIRMED = Action(
    "customer_erasure.confirmed",
    "Somebody agreed that the runs that name a customer are erased.",
    sentence="{actor} had the data of a customer erased: {target}",
    severity="warning",
    metadata=ToErase,
    version=2,
    example={"runs": 12, "events": 1, "archived_runs": 3},
)
CUSTOMER_ERASURE_DONE = Action(
    "customer_erasure.done",
    "The runs that name a customer were erased, with all that goes with them.",
    sentence="The data of a customer was erased: {target}",
    severity="warning",
    metadata=Erased,
    version=2,
    example={"runs": 12, "events": 1, "kept_runs": 0, "archived_runs": 3},
)
CUSTOMER_ERASURE_WITHDRAWN = Action(
    "customer_erasure.withdrawn",
    "Somebody withdrew an erasure of a customer's data before anything was erased.",
    sentence="{actor} withdrew an erasure: {target}",
    severity="notice",
)
