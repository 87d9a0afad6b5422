"""What is said is read in a world where everything is there to be shown."""

from tests.fixtures.world import store_settings, world

__all__ = ["store_settings", "world"]  # fixtures, by being imported
