"""Buttons of a form of rules that save nothing: a row more, a row less, another order. Pure."""

from typing import Any

from studio.core.numerals import whole

NEW_STRATEGY: dict[str, Any] = {"name": "flexibleRollout", "parameters": {"rollout": "100", "stickiness": "default"},
                "constraints": [], "segments": []}  # fmt: skip
NEW_CONSTRAINT: dict[str, Any] = {"contextName": "", "operator": "IN", "values": []}
SAVE = "save"


def act(setting: dict[str, Any], do: str) -> dict[str, Any]:
    """The setting after a button; what names no row changes nothing.

    Buttons: `add-strategy`, `drop-strategy.0`, `up.1`, `add-constraint.0`, `drop-constraint.0.2`, `add-variant`,
    `drop-variant.1`.
    """
    verb, *places = do.split(".")
    at = [number for place in places if (number := whole(place)) is not None]
    strategies, variants = list(setting["strategies"]), list(setting["variants"])
    match verb, at:
        case "add-strategy", []:
            strategies.append(dict(NEW_STRATEGY))
        case "drop-strategy", [place]:
            _drop(strategies, place)
        case "up", [place] if 0 < place < len(strategies):
            strategies[place - 1], strategies[place] = strategies[place], strategies[place - 1]
        case ("add-constraint", [place]) | ("drop-constraint", [place, _]) if place < len(strategies):
            strategies[place] = _conditions(strategies[place], verb, at)
        case "add-variant", []:
            variants.append({"name": f"variant-{len(variants) + 1}", "weight": 0, "weightType": "variable"})
            variants = _even(variants)
        case "drop-variant", [place]:
            _drop(variants, place)
            variants = _even(variants)
        case _:
            pass
    return {**setting, "strategies": strategies, "variants": variants}


def conditions(found: list[dict[str, Any]], do: str) -> list[dict[str, Any]]:
    """The same for conditions that stand alone: `add-constraint`, `drop-constraint.1`."""
    verb, *places = do.split(".")
    at = [number for place in places if (number := whole(place)) is not None]
    return list(_conditions({"constraints": found}, verb, [0, *at])["constraints"])


def _conditions(strategy: dict[str, Any], verb: str, at: list[int]) -> dict[str, Any]:
    found = list(strategy["constraints"])
    if verb == "add-constraint":
        found.append(dict(NEW_CONSTRAINT))
    elif len(at) > 1:
        _drop(found, at[1])
    return {**strategy, "constraints": found}


def _even(variants: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those without a share of their own divide what is left."""
    free = [place for place, one in enumerate(variants) if one.get("weightType") != "fix"]
    left = max(0, 1000 - sum(one["weight"] for one in variants if one.get("weightType") == "fix"))
    if not free:
        return variants
    each, more = divmod(left, len(free))
    given = {place: each + (1 if number < more else 0) for number, place in enumerate(free)}
    return [{**one, "weight": given.get(place, one["weight"])} for place, one in enumerate(variants)]


def _drop(rows: list[Any], place: int) -> None:
    if place < len(rows):
        del rows[place]
