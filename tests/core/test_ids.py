"""Ids are in order within a process and differ between processes, forked ones too."""

import os
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from studio.core.ids import new_id


def test_they_never_run_backwards_and_never_repeat():
    made = [new_id() for _ in range(1_000)]
    assert made == sorted(made)
    assert {(one.version, one.variant) for one in made} == {(7, "specified in RFC 4122")}
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: new_id(), range(1_000)))
    assert len({*made, *found}) == 2_000


def test_a_forked_process_draws_bits_of_its_own():
    new_id()  # the parent has bits left
    drawn = [_random_of_a_child() for _ in range(3)]
    drawn.append(_bits(new_id()))
    assert len(set(drawn)) == len(drawn)


def _random_of_a_child() -> int:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, new_id().bytes)
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    with os.fdopen(reader, "rb") as answer:
        return _bits(UUID(bytes=answer.read(16)))


def _bits(made: UUID) -> int:
    return made.int & 0x3FFF_FFFF_FFFF_FFFF
