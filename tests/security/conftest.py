"""The census asks every route; limits on how often would only hide what it looks for."""

from tests.fixtures.world import store_settings, world

__all__ = ["store_settings", "world"]  # fixtures, by being imported
