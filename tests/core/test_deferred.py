"""Models that are made ready at their first use, by whichever thread comes first."""

import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from pydantic import ConfigDict, Field, ValidationError, create_model

from studio.core.deferred import Deferred

MANY = 8


class Strict(Deferred):
    """As bases of bodies are."""

    model_config = ConfigDict(extra="forbid", strict=True)


def test_it_is_made_at_its_first_use_and_not_before():
    model = create_model("Model", __base__=Strict, count=(int, Field(ge=1)))
    assert not model.__pydantic_complete__
    with pytest.raises(ValidationError):
        model.model_validate({"count": 0})
    assert model.__pydantic_complete__


@pytest.fixture
def impatient():
    """Threads take turns after a microsecond instead of five thousand."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("time", range(20))
def test_threads_that_come_at_one_moment_find_it_whole(time):
    """Each model is new, so that all of them race for its making."""
    fields: dict[str, Any] = {f"field_{n}": (int, Field(ge=1)) for n in range(30)}
    inner = create_model(f"Inner{time}", __base__=Strict, **fields)
    model = create_model(f"Model{time}", __base__=Strict, rows=(list[inner], ...))
    row, together = dict.fromkeys(fields, 1), Barrier(MANY)

    def use(_thread: int) -> tuple[int, list[str]]:
        together.wait()
        good = model.model_validate({"rows": [row, row]})
        with pytest.raises(ValidationError) as refused:
            model.model_validate({"rows": [row | {"field_3": 0, "more": 1}]})
        return len(good.model_dump()["rows"]), [problem["type"] for problem in refused.value.errors()]

    with ThreadPoolExecutor(MANY) as pool:
        assert set(map(repr, pool.map(use, range(MANY)))) == {repr((2, ["greater_than_equal", "extra_forbidden"]))}
