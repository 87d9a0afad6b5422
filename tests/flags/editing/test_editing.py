"""A form of rules reads back what it shows, and its buttons change what they say alone."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from studio.flags.editing import facts, sent, verbs
from studio.flags.editing.operators import OPERATORS, SINGLE
from studio.flags.outcomes import Kind
from studio.flags.views.rules import _kept, _kept_variant

WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
CONSTRAINTS = st.builds(
    lambda field, operator, values, inverted: {
        "contextName": field,
        "operator": operator,
        **({"value": values[0]} if operator in SINGLE else {"values": list(dict.fromkeys(values))}),
        **({"inverted": True} if inverted else {}),
    },
    WORDS,
    st.sampled_from(sorted(OPERATORS)),
    st.lists(WORDS, min_size=1, max_size=3),
    st.booleans(),
)
PARAMETERS = st.one_of(
    st.just(("default", {})),
    st.builds(
        lambda share, by: ("flexibleRollout", {"rollout": str(share), "stickiness": by, "groupId": "new-checkout"}),
        st.integers(0, 100),
        st.sampled_from(["default", "userId", "random"]),
    ),
    st.builds(lambda names: ("userWithId", {"userIds": ",".join(dict.fromkeys(names))}), st.lists(WORDS, max_size=3)),
    st.builds(lambda name, value: ("ownStrategy", {name: value}), WORDS, WORDS),
)
STRATEGIES = st.builds(
    lambda kind, constraints, segments, title, disabled, variants: {
        "name": kind[0],
        "parameters": kind[1],
        "constraints": constraints,
        "segments": sorted(set(segments)),
        **({"title": title} if title else {}),
        **({"disabled": True} if disabled else {}),
        **({"variants": [{"name": "a", "weight": 1000}]} if variants else {}),
    },
    PARAMETERS,
    st.lists(CONSTRAINTS, max_size=3),
    st.lists(st.integers(1, 40), max_size=3),
    st.one_of(st.just(""), WORDS),
    st.booleans(),
    st.booleans(),
)


def shown(setting):
    """The fields of the page, as a browser sends them."""
    found = {"enabled": "1"} if setting["enabled"] else {}
    for at, one in enumerate(setting["strategies"]):
        start, parameters = f"s.{at}.", one["parameters"]
        found |= {f"{start}name": one["name"], f"{start}title": one.get("title", ""), f"{start}kept": _kept(one)}
        found |= {f"{start}segment.{number}": "1" for number in one["segments"]}
        found |= {f"{start}disabled": "1"} if one.get("disabled") else {}
        found |= {
            f"{start}rollout": parameters.get("rollout", ""),
            f"{start}stickiness": parameters.get("stickiness", ""),
            f"{start}group": parameters.get("groupId", ""),
            f"{start}users": parameters.get("userIds", ""),
        }
        for place, each in enumerate(one["constraints"]):
            here = f"{start}c.{place}."
            found |= {
                f"{here}field": each["contextName"],
                f"{here}operator": each["operator"],
                f"{here}values": ", ".join(each.get("values", [each.get("value")])),
            }
            found |= {f"{here}inverted": "1"} if each.get("inverted") else {}
    for at, one in enumerate(setting["variants"]):
        here = f"v.{at}."
        found |= {
            f"{here}name": one["name"],
            f"{here}weight": str(one["weight"] / 10) if one["weightType"] == "fix" else "",
            f"{here}value": one["payload"]["value"] if "payload" in one else "",
            f"{here}kept": _kept_variant(one),
            "v.stickiness": one["stickiness"],
        }
    return found


@given(st.booleans(), st.lists(STRATEGIES, max_size=4))
def test_what_is_shown_is_read_back(enabled, strategies):
    setting = {"enabled": enabled, "strategies": strategies, "variants": []}
    assert sent.setting(shown(setting), Kind.BOOLEAN) == setting


@given(st.lists(st.one_of(st.just(""), st.integers(0, 60).map(str)), min_size=1, max_size=8))
def test_shares_that_are_left_open_divide_the_rest(shares):
    fields = {f"v.{at}.weight": share for at, share in enumerate(shares)}
    fields |= {f"v.{at}.name": f"v{at}" for at in range(len(shares))}
    found = sent.variants(fields, Kind.BOOLEAN)
    given_ = [share for share in shares if share]
    assert [one["weight"] for one in found if one["weightType"] == "fix"] == [int(share) * 10 for share in given_]
    if len(given_) < len(shares) and sum(map(int, given_)) <= 100:
        assert sum(one["weight"] for one in found) == 1000
        free = [one["weight"] for one in found if one["weightType"] == "variable"]
        assert max(free) - min(free) <= 1
    kept = {"enabled": True, "strategies": [], "variants": found}
    assert sent.setting(shown(kept), Kind.BOOLEAN) == kept


@given(st.lists(STRATEGIES, min_size=1, max_size=4), st.data())
def test_buttons_move_one_row(strategies, data):
    setting = {"enabled": True, "strategies": strategies, "variants": []}
    before = orjson.dumps(setting)
    place = data.draw(st.integers(0, len(strategies) - 1))
    assert verbs.act(setting, f"drop-strategy.{place}")["strategies"] == strategies[:place] + strategies[place + 1 :]
    added = verbs.act(setting, f"add-constraint.{place}")
    assert added["strategies"][place]["constraints"] == [*strategies[place]["constraints"], verbs.NEW_CONSTRAINT]
    back = verbs.act(added, f"drop-constraint.{place}.{len(strategies[place]['constraints'])}")
    assert back == setting
    if place:
        up = verbs.act(setting, f"up.{place}")
        assert verbs.act(up, f"up.{place}") == setting
    for nonsense in ("", "up", "up.99", "drop-strategy.99", "add-constraint.99", "drop-constraint.0", "x.1.2.3"):
        assert verbs.act(setting, nonsense)["variants"] == []
    assert orjson.dumps(setting) == before


@given(st.lists(st.tuples(WORDS, st.booleans(), st.lists(WORDS, max_size=2)), max_size=5))
def test_dependencies_are_lines(found):
    listed = [{"feature": name, "enabled": on, "variants": variants} for name, on, variants in found]
    assert facts.dependencies(facts.lines(listed)) == listed


def test_a_form_with_odd_places_is_read_in_their_order():
    fields = {
        "s.7.name": "default",
        "s.2.name": "userWithId",
        "s.2.users": "b, a\nb",
        "s.x.name": "no",
        "s.7.kept": "{",
    }
    found = sent.setting(fields, Kind.BOOLEAN)["strategies"]
    assert [one["name"] for one in found] == ["userWithId", "default"]
    assert found[0]["parameters"] == {"userIds": "b,a"}
