"""A late dataclass behaves as the standard library's does."""

import copy
import dataclasses
import pickle
import threading
from dataclasses import field
from typing import ClassVar, Generic, TypeVar

import pytest
from pydantic import TypeAdapter

from studio.core import late

Item = TypeVar("Item")


def both(**wanted):
    """The same class made by either."""

    def body():
        class Price:
            """What something costs."""

            amount: int
            currency: str = "EUR"
            notes: list[str] = field(default_factory=list, compare=False, kw_only=True)
            known: str = field(default="", repr=False)
            most: ClassVar[int] = 3

            def doubled(self):
                return dataclasses.replace(self, amount=2 * self.amount)

        return Price

    return [make(**wanted)(body()) for make in (dataclasses.dataclass, late.dataclass)]


ASKED = {
    "made": lambda cls: cls(amount=1),
    "made in full": lambda cls: cls(amount=1, currency="USD", notes=["a"], known="b"),
    "made of nothing": lambda cls: cls(),
    "made of too much": lambda cls: cls(amount=1, colour="red"),
    "made by place": lambda cls: cls(1, "USD", "known", 4),
    "replaced": lambda cls: cls(amount=1).doubled(),
    "own lists": lambda cls: cls(amount=1).notes is cls(amount=1).notes,
    "equal": lambda cls: cls(amount=1) == cls(amount=1),
    "equal beside what is not compared": lambda cls: cls(amount=1) == cls(amount=1, notes=["other"]),
    "unequal": lambda cls: cls(amount=1) == cls(amount=2),
    "unequal to another kind": lambda cls: cls(amount=1) == (1, "EUR", ""),
    "hashed alike": lambda cls: hash(cls(amount=1)) == hash(cls(amount=1)),
    "hashed at all": lambda cls: cls.__hash__ is None,
    "as a mapping": lambda cls: dataclasses.asdict(cls(amount=1, notes=["a"])),
    "fields": lambda cls: [(one.name, one.type, one.kw_only) for one in dataclasses.fields(cls)],
    "changed": lambda cls: setattr(cls(amount=1), "amount", 2),
    "taken away": lambda cls: delattr(cls(amount=1), "amount"),
    "its variables": lambda cls: vars(cls(amount=1)),
    "matched": lambda cls: cls.__match_args__,
    "documented": lambda cls: cls.__doc__,
    "copied": lambda cls: copy.deepcopy(cls(amount=1, notes=["a"])).notes,
    "checked by pydantic": lambda cls: TypeAdapter(cls).validate_python({"amount": "7", "notes": ["a"]}),
}


@pytest.fixture(
    params=[
        {"frozen": True, "slots": True}, {"frozen": True}, {"slots": True}, {},
        {"frozen": True, "slots": True, "kw_only": True}, {"frozen": True, "eq": False}, {"slots": True, "repr": False},
    ],
    ids=str,
)  # fmt: skip
def classes(request):
    return both(**request.param)


def said(work):
    """What comes of it, or how it fails."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - the way it fails is what is compared
        return type(error), str(error)


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_either_says_the_same(classes, asked):
    standard, ours = (said(lambda one=cls: asked(one)) for cls in classes)
    shown = [without_address(repr(one)) for one in (standard, ours)]
    assert shown[0] == shown[1]


def without_address(text):
    return text.partition(" at 0x")[0]


@late.dataclass(frozen=True, slots=True)
class Pair(Generic[Item]):
    """At the module's level, where pickles find it."""

    left: Item
    right: "Pair[Item] | None" = None

    def __post_init__(self):
        if self.left == "refused":
            raise ValueError("refused")


@dataclasses.dataclass(frozen=True, slots=True)
class Triple(Pair[str]):
    """Of the standard library, from one of ours."""

    third: int = 3


@late.dataclass(frozen=True, slots=True)
class Four(Triple):
    """Of ours again."""

    fourth: int = 4


def test_it_is_pickled_and_copied():
    pair = Pair("a", Pair("b"))
    assert pickle.loads(pickle.dumps(pair)) == pair == copy.copy(pair)


def test_what_is_to_follow_init_follows():
    with pytest.raises(ValueError, match="refused"):
        Pair("refused")


def test_it_is_matched():
    match Pair("a", Pair("b")):
        case Pair(left, Pair(right)):
            assert (left, right) == ("a", "b")


def test_one_derives_from_another():
    four = Four("a", fourth=5)
    assert repr(four) == "Four(left='a', right=None, third=3, fourth=5)"
    with pytest.raises(dataclasses.FrozenInstanceError):
        four.left = "b"
    with pytest.raises(TypeError, match="non-frozen"):
        late.dataclass(type("Loose", (Pair,), {}))


def test_one_that_holds_itself_is_shown():
    @late.dataclass
    class Ring:
        held: object = None

    ring = Ring()
    ring.held = ring
    assert repr(ring).endswith("Ring(held=...)")


def test_methods_that_a_class_has_stay():
    @late.dataclass(frozen=True, slots=True)
    class Own:
        value: int

        def __repr__(self):
            return "own"

        def __eq__(self, other):
            return True

        def __hash__(self):
            return 7

    assert (repr(Own(1)), Own(1) == Own(2), hash(Own(1))) == ("own", True, 7)


def test_many_threads_make_the_first_object():
    @late.dataclass(frozen=True, slots=True)
    class Fresh:
        value: int

    start, made = threading.Barrier(8), []

    def make(number):
        start.wait()
        made.append(Fresh(number))

    threads = [threading.Thread(target=make, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.value for one in made} == set(range(8))


def test_nothing_is_compiled_before_the_first_object(monkeypatch):
    compiled = []
    monkeypatch.setattr(late, "_compiled", lambda made, **how: compiled.append(made) or (lambda self, value: None))

    @late.dataclass(frozen=True, slots=True)
    class Waiting:
        value: int

    assert compiled == []
    Waiting(1)
    Waiting(2)
    assert compiled == [Waiting]
