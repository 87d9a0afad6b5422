"""Hypothesis' flags and contexts: all operators and strategies, from words few enough that rules are met often."""

from hypothesis import strategies as st

FIELDS = ("userId", "sessionId", "remoteAddress", "environment", "appName", "country", "plan", "since", "version")
WORDS = ("7", "12", "de", "DE", "Décor", "pro", "production", "", "x y", "ﬀ", "İstanbul", "ΣΑΣ", "null")
PATTERNS = (
    "^de$",
    "(?i)PRO",
    "[0-9]{2}",
    "x*y",
    "^$",
    "a|e",
    "[[:alpha:]]+",
    r"\bpro\b",
    "(d)(e)",
    "(?s)x.y",
    r"^\d+$",
)
RANGES = ("10.0.0.0/8", "10.1.2.3", "192.168.7.9/24", "2001:db8::/32", "::1", "0.0.0.0/0", "nowhere", "1.2.3.4/40")
ADDRESSES = ("10.1.2.3", "192.168.7.200", "2001:db8::7", "0:0:0:0:0:0:0:1", "10.1.2", "::ffff:10.1.2.3", "fe80::1%0")

words = st.sampled_from(WORDS)
fields = st.sampled_from(FIELDS)
whole = st.integers(-20, 20).map(str)
numbers = st.one_of(
    whole,
    st.decimals(-20, 20, places=2).map(str),
    st.sampled_from(("1e1", "12.", "+7", "0.1", "0.30000000000000004")),
)
labels = st.sampled_from(("", "-alpha", "-alpha.1", "-alpha.10", "-1", "-beta.2+build", "+build", "-x-y.z"))
releases = st.builds("{}.{}.{}{}".format, *[st.integers(0, 3)] * 3, labels)
offsets = st.sampled_from(("Z", "+00:00", "+02:00", "-11:30"))
moments = st.builds(
    "20{:02}-{:02}-{:02}T{:02}:{:02}:{:02}{}{}".format,
    st.integers(20, 35),
    st.integers(1, 12),
    st.integers(1, 28),
    st.integers(0, 23),
    st.integers(0, 59),
    st.integers(0, 59),
    st.sampled_from(("", ".000", ".120")),
    offsets,
)
oddities = st.sampled_from(("inf", "-inf", "nan", ".5", "5.", "1.2", "01.2.3", "v1.0.0", "2025-1-2 3:4:5z"))

contexts = st.builds(
    lambda session, moment, known, own: {"sessionId": session, "currentTime": moment, **known, "properties": own},
    st.integers(0, 99).map(str),
    moments,
    st.fixed_dictionaries(
        {},
        optional={
            "userId": st.one_of(whole, words),
            "remoteAddress": st.sampled_from(ADDRESSES),
            "environment": words,
            "appName": words,
        },
    ),
    st.fixed_dictionaries(
        {},
        optional={
            "country": words,
            "plan": st.one_of(words, numbers, oddities),
            "since": st.one_of(moments, oddities),
            "version": st.one_of(releases, oddities),
        },
    ),
)


def _constraint(operators, payload):
    return st.fixed_dictionaries(
        {"contextName": st.one_of(fields, st.just("currentTime")), "operator": st.sampled_from(operators), **payload},
        optional={"inverted": st.booleans(), "caseInsensitive": st.booleans()},
    )


constraints = st.one_of(
    _constraint(("IN", "NOT_IN"), {"values": st.lists(words, max_size=3)}),
    _constraint(
        ("STR_CONTAINS", "STR_STARTS_WITH", "STR_ENDS_WITH"), {"values": st.lists(words, min_size=1, max_size=3)}
    ),
    _constraint(("NUM_EQ", "NUM_GT", "NUM_GTE", "NUM_LT", "NUM_LTE"), {"value": numbers}),
    _constraint(("DATE_AFTER", "DATE_BEFORE"), {"value": moments}),
    _constraint(("SEMVER_EQ", "SEMVER_GT", "SEMVER_GTE", "SEMVER_LT", "SEMVER_LTE"), {"value": releases}),
    _constraint(("REGEX",), {"value": st.sampled_from(PATTERNS)}),
    _constraint(("IN_CIDR",), {"values": st.lists(st.sampled_from(RANGES), min_size=1, max_size=3)}),
)

payloads = st.sampled_from(({"type": "string", "value": "red"}, {"type": "number", "value": "1.5"}))


def _variants(overrides):
    one = st.fixed_dictionaries(
        {"weight": st.integers(0, 1000)},
        optional={"payload": payloads, **({"overrides": st.lists(_overrides, max_size=1)} if overrides else {})},
    )
    many = st.lists(one, max_size=4).filter(lambda all_: not all_ or sum(each["weight"] for each in all_))
    return many.map(lambda all_: [{"name": f"v{place}", **each} for place, each in enumerate(all_)])


_overrides = st.fixed_dictionaries({"contextName": fields, "values": st.lists(words, min_size=1, max_size=2)})
_shares = st.integers(0, 100).map(str)
_groups = st.sampled_from(("checkout", "search", "ünï", ""))
_sure = st.sampled_from(("0", "100"))
_rules = st.one_of(
    st.just({"name": "default"}),
    st.just({"name": "homemade", "parameters": {}}),
    st.builds(
        lambda ids: {"name": "userWithId", "parameters": {"userIds": ids}},
        st.lists(st.one_of(whole, words), max_size=4).map(", ".join),
    ),
    st.builds(
        lambda share, group, on: {
            "name": "flexibleRollout",
            "parameters": {"rollout": share, "groupId": group, "stickiness": on},
        },
        _shares,
        _groups,
        st.one_of(st.just("default"), fields),
    ),
    st.builds(
        lambda share: {"name": "flexibleRollout", "parameters": {"rollout": share, "stickiness": "random"}}, _sure
    ),
    st.builds(lambda share: {"name": "gradualRolloutRandom", "parameters": {"percentage": share}}, _sure),
    st.builds(
        lambda name, share, group: {"name": name, "parameters": {"percentage": share, "groupId": group}},
        st.sampled_from(("gradualRolloutUserId", "gradualRolloutSessionId")),
        _shares,
        _groups,
    ),
    st.builds(
        lambda ranges: {"name": "remoteAddress", "parameters": {"IPs": ranges}},
        st.lists(st.sampled_from(RANGES), min_size=1, max_size=3).map(" , ".join),
    ),
)


def _strategy(rule, more):
    by_chance = rule.get("parameters", {}).get("stickiness") == "random"
    return {**rule, **more, **({"variants": []} if by_chance else {})}


_strategies = st.builds(
    _strategy,
    _rules,
    st.fixed_dictionaries(
        {"constraints": st.lists(constraints, max_size=2)},
        optional={"segments": st.lists(st.integers(1, 2), max_size=2), "variants": _variants(overrides=False)},
    ),
)
_features = st.fixed_dictionaries(
    {
        "enabled": st.integers(0, 9).map(bool),
        "strategies": st.lists(_strategies, max_size=3),
        "variants": _variants(overrides=True),
    }
)
_bonds = st.tuples(st.integers(0, 5), st.sampled_from((None, True, False)), st.booleans())
_parents = st.one_of(st.just([]), st.just([]), st.lists(_bonds, min_size=1, max_size=2))


@st.composite
def states(draw):
    """A state of four flags, `f0` to `f3`, with two segments; some depend on others, and sometimes on none there is."""
    features = [{"name": f"f{place}", **draw(_features)} for place in range(4)]
    for feature in features:
        feature["dependencies"] = [_dependency(features, *bond) for bond in draw(_parents)]
    segments = [{"id": number, "constraints": draw(st.lists(constraints, max_size=2))} for number in (1, 2)]
    return {"version": 2, "features": features, "segments": segments}


def _dependency(features, place, enabled, by_variant):
    wanted = {"feature": f"f{place}"}
    if enabled is not None:
        wanted["enabled"] = enabled
    if by_variant and enabled is not False and place < len(features) and features[place]["variants"]:
        wanted["variants"] = ["v0", "v2"]
    return wanted
