"""How fast what has gathered in a pause is let go. Pure."""

FASTEST, SLOWEST = 50.0, 2.0
"""Per second, where nobody has said in what time."""
USUAL_S = 600.0
"""A backlog is through after that, where neither bound is met."""
LONGEST_S = 86_400
AT_ONCE = 200
"""Most that one look lets go of one workflow."""


def pace(count: int, over_s: int | None) -> float:
    """How many of `count` are let go in a second; `over_s`: in what time all shall be through, None: what is usual.

    0 means at once.
    """
    if over_s is not None:
        return count / over_s if over_s else 0.0
    return min(FASTEST, max(SLOWEST, count / USUAL_S))


def due(passed_s: float, per_s: float, total: int, released: int) -> int:
    """How many are to be let go now, `passed_s` seconds after the end of the pause.

    What came behind the backlog, to keep its order, has waited long enough once the backlog is through: it is let go as
    fast as looks come, so that the end is reached however much arrives.
    """
    if per_s <= 0 or released >= total:
        return AT_ONCE
    allowed = min(total, int(max(0.0, passed_s) * per_s) + 1)
    return min(AT_ONCE, max(0, allowed - released))


def left_s(per_s: float, total: int, released: int) -> int:
    """Seconds until the backlog is through, as far as that can be said."""
    left = max(0, total - released)
    return 0 if per_s <= 0 else int(left / per_s)
