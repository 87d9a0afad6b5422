"""The policy of readiness, over everything that can be the case."""

from itertools import product

from studio.core.migrate import Standing
from studio.operations.probing import Remembered
from studio.operations.readiness import Facts, State, judge

SCHEMAS = [Standing("2", 0), Standing("1", 1), Standing("9", None), Standing(None, 2)]


def test_what_it_says_follows_from_what_is_the_case():
    for draining, database, schema, redis, mail, swept in product(
        (False, True), (False, True), SCHEMAS, *[(None, False, True)] * 3
    ):
        facts = Facts(draining, database, schema if database else None, redis, mail, swept)
        found = judge(facts)
        down = not database or schema.behind
        degraded = False in (redis, mail, swept)
        assert found.state == (
            State.DRAINING if draining else State.DOWN if down else State.DEGRADED if degraded else State.OK
        )
        assert found.status == (503 if draining or down else 200)
        told = found.as_json()["parts"]
        assert all(("detail" in part) or part["status"] == "ok" for part in told.values())
        assert ("redis" in told, "mail" in told) == (redis is not None, mail is not None)


def test_an_answer_is_asked_for_anew_only_after_a_while():
    asked = []
    held = Remembered(lambda: bool(asked.append(1)), 60)
    assert [held(), held()] == [False, False]
    assert len(asked) == 1
    anew = Remembered(lambda: bool(asked.append(1)), 0)
    anew(), anew()
    assert len(asked) == 3
