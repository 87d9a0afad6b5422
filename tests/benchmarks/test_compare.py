"""An earlier measurement beside a new one."""

import json
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import compare
from benchmarks.main import main
from benchmarks.report import Figure, show

FIGURE = Figure("webhook", "W1", "sqlite", "completed_per_s", 1200.0, "1/s", 5.0, 3, "2 cores of a kind, 24 GiB")
LINE = json.dumps(asdict(FIGURE))


def written(folder, *lines):
    path = folder / "earlier.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path


@given(st.floats(0.01, 1e6), st.floats(0.01, 1e6))
def test_the_ratio_is_new_over_old(tmp_path_factory, new, old):
    path = written(tmp_path_factory.mktemp("compare"), json.dumps(asdict(replace(FIGURE, value=old))))
    assert compare.beside(compare.read(path), replace(FIGURE, value=new)) == {"old": old, "ratio": new / old}


def test_what_was_not_measured_then_has_nothing_beside_it(tmp_path):
    old = compare.read(written(tmp_path, LINE))
    for field, other in (("bench", "engine"), ("workload", "W2"), ("store", "postgresql"), ("metric", "p50_ms")):
        assert compare.beside(old, replace(FIGURE, **{field: other})) is None


def test_the_later_of_two_equal_figures_counts(tmp_path):
    path = written(tmp_path, json.dumps(asdict(replace(FIGURE, value=1))), "", LINE)
    assert compare.beside(compare.read(path), FIGURE) == {"old": 1200.0, "ratio": 1.0}


def test_other_conditions_are_named_once(tmp_path):
    earlier = replace(FIGURE, seconds=10.0, machine="8 cores of another, 64 GiB")
    old = compare.read(written(tmp_path, *(json.dumps(asdict(replace(earlier, metric=m))) for m in ("lost", "p50_ms"))))
    assert compare.differences(old.values(), FIGURE) == [
        "machine differ: 8 cores of another, 64 GiB then, 2 cores of a kind, 24 GiB now",
        "seconds differ: 10.0 then, 5.0 now",
    ]
    assert compare.differences(compare.read(written(tmp_path, LINE)).values(), FIGURE) == []


def test_figures_without_conditions_compare_all_the_same(tmp_path):
    bare = {key: asdict(FIGURE)[key] for key in ("bench", "workload", "store", "metric", "value", "unit")}
    old = compare.read(written(tmp_path, json.dumps(bare)))
    assert compare.differences(old.values(), FIGURE) == []
    assert compare.beside(old, FIGURE) == {"old": 1200.0, "ratio": 1.0}


@pytest.mark.parametrize(
    "line",
    ["no json", "[]", "7", '{"bench": "webhook"}', LINE.replace("1200.0", '"many"'), LINE.replace("1200.0", "true")],
)
def test_a_line_that_is_no_figure_is_refused_by_its_number(tmp_path, line):
    with pytest.raises(compare.BadFile, match="line 2"):
        compare.read(written(tmp_path, LINE, line))


def test_a_file_that_is_missing_or_empty_ends_the_command_before_anything_starts(tmp_path, capsys):
    for path in (tmp_path / "missing", written(tmp_path)):
        with pytest.raises(SystemExit) as ended:
            main(["webhook", "--store", "sqlite", "--compare", str(path)])
        assert ended.value.code == 2
        assert str(path) in capsys.readouterr().err


def test_people_read_the_ratio_and_programs_too(capsys):
    beside = {"old": 1000.0, "ratio": 1.2}
    show(FIGURE, beside, as_json=False)
    assert capsys.readouterr().out.endswith("1,200.0 1/s  1.20 times (was 1,000.0)\n")
    show(FIGURE, beside, as_json=True)
    assert json.loads(capsys.readouterr().out) == asdict(FIGURE) | beside


@pytest.mark.parametrize(
    "arguments",
    [["W1"], ["webhook", "--workload", "W3"], ["webhook", "--rounds", "0"], ["webhook", "--seconds", "nan"],
     ["webhook", "--sizes", "10,few"], ["webhook", "--workload", "growth", "--store", "sqlite"]],
)  # fmt: skip
def test_what_cannot_be_measured_is_refused(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "error" in capsys.readouterr().err
