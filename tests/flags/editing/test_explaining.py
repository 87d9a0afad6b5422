"""Every fact of an evaluation has a sentence."""

from studio.flags import explaining
from studio.flags.evaluation import facts


def test_no_kind_of_fact_is_told_by_its_code():
    kinds = [one for one in vars(facts).values() if isinstance(one, type) and issubclass(one, facts.Fact)]
    kinds.remove(facts.Fact)
    assert len(kinds) > 10
    for kind in kinds:
        assert explaining.sentence.dispatch(kind) is not explaining.sentence.dispatch(facts.Fact), kind
