"""The rule's arithmetic: people are counted, never votes; and never fewer than were asked for are enough."""

import itertools
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.approvals.quorum import Ballot, Standing, count
from studio.approvals.rule import Kind, Name, Need, Part, Rule, Stage, from_json, to_json

PEOPLE = [UUID(int=n) for n in range(1, 7)]
people = st.sampled_from(PEOPLE)
NAMES = (Name("group", "Refund team"),)


@st.composite
def parts(draw):
    members = draw(st.frozensets(people, min_size=1))
    kind = draw(st.sampled_from(Kind))
    most = 100 if kind is Kind.PERCENT else len(members)
    return Part(NAMES, members, Need(kind, draw(st.integers(1, most))))


@st.composite
def stages(draw):
    made = tuple(draw(st.lists(parts(), min_size=1, max_size=3)))
    everybody = frozenset().union(*(part.people for part in made))
    return Stage(made, declines=draw(st.integers(1, len(everybody))))


@st.composite
def situations(draw):
    """A stage, votes (a place at most once; a person may hold several, and says one thing), who is still able."""
    stage = draw(stages())
    says = {person: draw(st.booleans()) for person in PEOPLE}
    filled = draw(st.dictionaries(people, people, max_size=6))
    ballots = [Ballot(place, person, says[person]) for place, person in filled.items()]
    left = [place for place in PEOPLE if place not in filled]
    able = {place: draw(st.frozensets(people, max_size=2)) for place in left}
    return stage, ballots, able


@given(situations())
def test_never_met_by_fewer_distinct_people_than_each_part_asks_for(situation):
    stage, ballots, able = situation
    tally = count(stage, ballots, able)
    for part, progress in zip(stage.parts, tally.parts, strict=True):
        agreed = {one.person for one in ballots if one.approves and one.place in part.people}
        assert progress.have == len(agreed)
        if tally.standing is Standing.APPROVED:
            assert len(agreed) >= part.required


@given(situations())
def test_approved_is_every_part_and_no_threshold_of_declines(situation):
    stage, ballots, able = situation
    tally = count(stage, ballots, able)
    enough = all(progress.have >= progress.need for progress in tally.parts)
    assert (tally.standing is Standing.APPROVED) == (enough and tally.declines < stage.declines)
    if tally.declines >= stage.declines:
        assert tally.standing is Standing.DECLINED


@given(situations(), people)
def test_one_more_agreement_never_takes_anything_back(situation, person):
    stage, ballots, able = situation
    before = count(stage, ballots, able)
    free = [place for place in able if place in stage.people]
    if not free or any(one.person == person and not one.approves for one in ballots):
        return
    after = count(stage, [*ballots, Ballot(free[0], person, approves=True)], able)
    assert all(new.have >= old.have for old, new in zip(before.parts, after.parts, strict=True))
    assert after.declines == before.declines
    if before.standing is Standing.APPROVED:
        assert after.standing is Standing.APPROVED


@given(stages(), people, st.sets(people, min_size=2))
def test_one_person_through_many_places_counts_once(stage, person, places):
    tally = count(stage, [Ballot(place, person, approves=True) for place in places], {})
    assert all(progress.have <= 1 for progress in tally.parts)


@given(situations())
def test_open_is_what_those_who_are_left_can_still_approve(situation):
    """Tried out: everybody who may fill a place fills it, or nobody does."""
    stage, ballots, able = situation
    tally = count(stage, ballots, able)
    if tally.standing in (Standing.APPROVED, Standing.DECLINED):
        return
    given = [one for one in ballots if one.place in stage.people]
    against = {one.person for one in given if not one.approves}
    reachable = []
    for part, progress in zip(stage.parts, tally.parts, strict=True):
        agreed = {one.person for one in given if one.approves and one.place in part.people}
        choices = [[None, *(able.get(place, frozenset()) - against)] for place in part.people]
        best = max(len(agreed | set(chosen) - {None}) for chosen in itertools.product(*choices))
        reachable.append(best >= progress.need)
    assert (tally.standing is Standing.OPEN) == all(reachable)


@st.composite
def answered(draw):
    """As `situations`, where some give one of two answers of their own."""
    stage, ballots, able = draw(situations())
    says = {person: draw(st.sampled_from(["", "", "voucher", "carrier"])) for person in PEOPLE}
    mixed = [Ballot(one.place, one.person, one.approves and not says[one.person], says[one.person]) for one in ballots]
    return stage, mixed, able


@given(answered())
def test_an_answer_of_its_own_ends_it_by_as_many_distinct_people_as_each_part_asks_for(situation):
    stage, ballots, able = situation
    tally = count(stage, ballots, able)
    assert (tally.standing is Standing.ANSWERED) == bool(tally.answer)
    enough = {
        key for key in ("voucher", "carrier")
        if all(
            len({one.person for one in ballots if one.answer == key and one.place in part.people}) >= part.required
            for part in stage.parts
        )
    }  # fmt: skip
    if tally.standing is Standing.ANSWERED:
        assert tally.answer in enough
    elif tally.standing not in (Standing.APPROVED, Standing.DECLINED):
        assert not enough


@given(answered())
def test_an_answer_of_its_own_neither_approves_nor_declines(situation):
    stage, ballots, able = situation
    tally = count(stage, ballots, able)
    without = count(stage, [one for one in ballots if not one.answer], able)
    assert [one.have for one in tally.parts] == [one.have for one in without.parts]
    assert tally.declines == without.declines


@given(answered())
def test_out_of_reach_is_when_neither_a_yes_nor_a_given_answer_can_still_come(situation):
    stage, ballots, able = situation
    tally = count(stage, ballots, able)
    if tally.standing not in (Standing.OPEN, Standing.UNREACHABLE):
        return
    ballots = [one for one in ballots if one.place in stage.people]
    ways = []
    for key in {"", *(one.answer for one in ballots)}:
        alike = {one.person for one in ballots if (one.answer == key if key else one.approves)}
        otherwise = {one.person for one in ballots} - alike
        reachable = []
        for part in stage.parts:
            said = {one.person for one in ballots if one.person in alike and one.place in part.people}
            choices = [[None, *(able.get(place, frozenset()) - otherwise)] for place in part.people]
            best = max(len(said | set(chosen) - {None}) for chosen in itertools.product(*choices))
            reachable.append(best >= part.required)
        ways.append(all(reachable))
    assert any(ways) == (tally.standing is Standing.OPEN)


@given(st.integers(1, 100), st.integers(1, 60))
def test_per_cent_rounds_up_and_is_at_least_one(n, size):
    need = Need(Kind.PERCENT, n).of(size)
    assert 1 <= need <= size
    assert need * 100 >= n * size
    assert (need - 1) * 100 < n * size


@pytest.mark.parametrize(("need", "size", "required"), [
    (Need(), 5, 1), (Need(Kind.ALL), 5, 5), (Need(Kind.COUNT, 3), 5, 3), (Need(Kind.PERCENT, 50), 5, 3),
    (Need(Kind.PERCENT, 1), 5, 1), (Need(Kind.PERCENT, 100), 5, 5), (Need(Kind.COUNT, 9), 5, 9),
])  # fmt: skip
def test_needs_as_numbers(need, size, required):
    assert need.of(size) == required


def test_declines_below_their_threshold_that_make_it_impossible_decline_it():
    stage = Stage((Part(NAMES, frozenset(PEOPLE[:3]), Need(Kind.ALL)),), declines=2)
    able = {place: frozenset({place}) for place in PEOPLE[1:3]}
    tally = count(stage, [Ballot(PEOPLE[0], PEOPLE[0], approves=False)], able)
    assert (tally.standing, tally.declines) == (Standing.DECLINED, 1)


def test_people_who_left_make_it_unreachable_never_approved():
    stage = Stage((Part(NAMES, frozenset(PEOPLE[:3]), Need(Kind.COUNT, 2)),))
    agreed = [Ballot(PEOPLE[0], PEOPLE[0], approves=True)]
    assert count(stage, agreed, {}).standing is Standing.UNREACHABLE
    assert count(stage, agreed, {PEOPLE[1]: frozenset({PEOPLE[1]})}).standing is Standing.OPEN


@given(st.lists(stages(), min_size=1, max_size=3), st.sets(st.sampled_from(["admin", "builder"])))
def test_a_rule_survives_its_json(made, without):
    rule = Rule(tuple(made), frozenset(without))
    assert from_json(to_json(rule)) == rule


def test_a_rule_of_the_first_version_is_any_one_of_those_who_were_asked():
    rule = from_json({"any_of": [{"kind": "group", "name": "Refund team"}]}, PEOPLE[:2])
    [stage] = rule.stages
    assert stage.parts == (Part(NAMES, frozenset(PEOPLE[:2])),)
    assert (stage.parts[0].required, stage.declines) == (1, 1)
