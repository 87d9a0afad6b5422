"""Pages of flags. Importing this package registers them."""

from studio.flags.views import environments, listing, one, rollouts, rules, segments, trying, versions
from studio.flags.views.blueprint import blueprint

__all__ = ["blueprint", "environments", "listing", "one", "rollouts", "rules", "segments", "trying", "versions"]
