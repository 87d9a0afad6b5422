"""A group's people of now in a frozen rule: whatever the rule, nobody else comes or goes, and it can still be met."""

from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from studio.approvals.applying import Refused, apply, replaced
from studio.approvals.rule import Kind, Name, Need, Part, Rule, Stage, from_json, joined, to_json

PEOPLE = [UUID(int=number) for number in range(1, 7)]
TEAM, OTHER = UUID(int=100), UUID(int=101)
SOME = st.frozensets(st.sampled_from(PEOPLE), max_size=4)
NEEDS = st.builds(Need, st.sampled_from(Kind), st.integers(1, 3))


@st.composite
def parts(draw):
    groups = tuple((group, draw(SOME)) for group in draw(st.sets(st.sampled_from([TEAM, OTHER]), min_size=1)))
    alone = draw(SOME)
    people = alone.union(*(some for _group, some in groups))
    names = tuple(Name("group", "Team" if group == TEAM else "Other") for group, _some in groups)
    return Part(names, people, draw(NEEDS), groups=groups, themselves=alone)


STAGES = st.builds(Stage, st.lists(parts(), min_size=1, max_size=2).map(tuple), declines=st.integers(1, 2))
RULES = st.builds(Rule, st.lists(STAGES, min_size=1, max_size=3).map(tuple))


@given(RULES, SOME, st.integers(0, 2))
def test_only_those_who_join_or_leave_the_group_come_or_go(rule, members, running):
    found = apply(rule, TEAM, "team", members, min(running, len(rule.stages) - 1))
    if found.refused is not None:
        assert found.rule == rule
        return
    for index, (before, after) in enumerate(zip(rule.stages, found.rule.stages, strict=True)):
        came, went = found.came[index], found.went[index]
        assert (came, went) == (after.people - before.people, before.people - after.people)
        assert came <= members
        assert not went & members or not any(TEAM in dict(part.groups) for part in before.parts)
        if index < min(running, len(rule.stages) - 1):
            assert after == before
        assert [part.need for part in after.parts] == [part.need for part in before.parts]
        for part, old in zip(after.parts, before.parts, strict=True):
            assert part.people == part.themselves.union(*(some for _group, some in part.groups))
            assert part.themselves == old.themselves
            assert after.people == before.people or part.required <= len(part.people)
        assert after.left & after.people == frozenset()
        assert went <= after.left
        shares = joined(found.rule, [(index, one) for one in before.people | after.people])
        assert shares.stages[index].places == after.people


@given(RULES, SOME, SOME)
def test_it_is_kept_and_applying_twice_is_applying_the_last(rule, first, then):
    once = apply(rule, TEAM, "Team", first, 0)
    assert from_json(to_json(once.rule)) == once.rule
    again = apply(once.rule, TEAM, "Team", first, 0)
    assert not again.changes
    if once.refused is None:
        direct, over = apply(rule, TEAM, "Team", then, 0), apply(once.rule, TEAM, "Team", then, 0)
        if direct.refused is None and over.refused is None:
            assert [one.people for one in direct.rule.stages] == [one.people for one in over.rule.stages]


def test_rules_of_before_say_nothing_and_are_left_alone():
    [one, two, *_others] = PEOPLE
    old = Rule((Stage((Part((Name("group", "Team"),), frozenset([one])),)),))
    assert apply(old, TEAM, "TEAM", [two], 0).refused is Refused.UNRECORDED
    other = replace(old, stages=(Stage((Part((Name("user", "Mira"),), frozenset([one])),)),))
    assert not apply(other, TEAM, "Team", [two], 0).changes


@given(RULES, RULES, st.integers(0, 2))
def test_another_rule_stands_from_the_running_stage_on_and_nobody_counts_unnamed(rule, by, running):
    running = min(running, len(rule.stages) - 1)
    found = replaced(rule, by, running)
    if found.refused is not None:
        assert (found.refused, found.rule, len(by.stages) <= running) == (Refused.FURTHER, rule, True)
        return
    assert found.rule.stages[:running] == rule.stages[:running]
    assert [one.parts for one in found.rule.stages[running:]] == [one.parts for one in by.stages[running:]]
    assert len(found.came) == len(found.went) == max(len(rule.stages), len(by.stages))
    for index, went in enumerate(found.went):
        had = rule.stages[index].people if index < len(rule.stages) else frozenset()
        has = found.rule.stages[index].people if index < len(found.rule.stages) else frozenset()
        assert (found.came[index], went) == ((has - had, had - has) if index >= running else (frozenset(), frozenset()))
        assert all(found.rule.ended(index, one) for one in went)
    again = replaced(found.rule, by, running)
    assert not again.changes
    assert from_json(to_json(found.rule)) == found.rule
