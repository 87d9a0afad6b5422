"""The number that decides who is in: MurmurHash3 (x86, 32 bits), exactly as Unleash and its SDKs count."""

import mmh3

STRATEGY_SEED = 0
VARIANT_SEED = 86028157
"""A seed of its own, so that a part of the users does not fall into one variant as a whole."""

SHARES = 100
"""A rollout knows whole per cent."""


def bucket(group: str, identifier: str, buckets: int = SHARES, seed: int = STRATEGY_SEED) -> int:
    """From 1 to `buckets`: the same for the same group and identifier, everywhere and always."""
    return mmh3.hash(f"{group}:{identifier}", seed, False) % buckets + 1


def by_chance(drawn: float, buckets: int = SHARES) -> int:
    """From 1 to `buckets`, from a number drawn between 0 and 1."""
    return min(int(drawn * buckets) + 1, buckets)
