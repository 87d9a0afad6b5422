"""Pages of flags. Importing this package registers them."""

from studio.flags.views import environments, experiments, listing, one, rollouts, rules, segments, trying, versions
from studio.flags.views.blueprint import blueprint

__all__ = [
    "blueprint", "environments", "experiments", "listing", "one", "rollouts", "rules", "segments", "trying", "versions",
]  # fmt: skip
