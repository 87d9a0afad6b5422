"""Pages of gates. Importing this package registers them."""

from studio.guard.views import elevation, elevations, freezes, own_targets, proofs, protection, settings, step_up
from studio.guard.views.blueprint import blueprint

__all__ = [
    "blueprint",
    "elevation",
    "elevations",
    "freezes",
    "own_targets",
    "proofs",
    "protection",
    "settings",
    "step_up",
]
