"""Workflows that live in git: checked, pushed, pulled, compared and published from files."""

import json
from pathlib import Path

import pytest

from studio.remote.files import line_of, name_for
from studio.runtime.document import yaml_form
from tests.factories.workflows import make_workflow, refunds

FILE = Path("refunds.yaml")


def written(document: dict, file: Path = FILE) -> Path:
    text = json.dumps(document, indent=2) if file.suffix == ".json" else yaml_form.write(document)
    file.write_text(text, encoding="utf-8")
    return file


def test_from_a_file_to_what_runs_and_back(typed, lena):
    written(refunds())
    assert typed("workflow validate refunds.yaml").exit_code == 0
    first = typed("workflow push refunds.yaml --create --publish --note First --json")
    assert first.exit_code == 0, first.output
    [row] = json.loads(first.stdout)
    assert (row["done"], row["version"]) == ("created", 1)
    assert typed("workflow diff refunds.yaml --published").exit_code == 0

    document = refunds()
    document["nodes"][1]["config"]["condition"] = "trigger.order.total > 500.0"
    written(document)
    seen = typed("workflow diff refunds.yaml")
    assert seen.exit_code == 1
    assert "+    condition: trigger.order.total > 500.0" in seen.stdout
    second = typed("workflow push refunds.yaml --publish")
    assert second.stdout == "refunds.yaml: updated, published as version 2\n"
    assert lena.get(f"/api/v1/workflows/{row['workflow_id']}/versions/2").json["document"] == document


def test_publishing_twice_publishes_once(typed, lena):
    written(refunds())
    typed("workflow push refunds.yaml --create --publish")
    again = typed("workflow push refunds.yaml --publish")
    assert (again.exit_code, again.stdout) == (0, "refunds.yaml: unchanged: this is what runs already\n")
    named = typed("workflow publish", refunds()["name"])
    assert named.stdout == f"{refunds()['name']}: this is what runs already\n"
    [row] = lena.get("/api/v1/workflows").json["data"]
    assert row["published_version"] == 1


@pytest.mark.parametrize("file", [FILE, Path("refunds.json")])
def test_problems_are_named_with_their_lines(typed, file):
    document = refunds()
    document["nodes"][1]["config"]["condition"] = "trigger.order.total >"
    written(document, file)
    found = typed(f"workflow validate {file}")
    assert found.exit_code == 1
    line = next(
        number for number, text in enumerate(file.read_text().splitlines(), 1) if "trigger.order.total >" in text
    )
    assert f"{file}:{line}: error: nodes.1.config.condition: " in found.stdout
    told = json.loads(typed(f"workflow validate {file} --json").stdout)[0]
    assert (told["file"], told["publishable"], told["problems"][0]["line"]) == (str(file), False, line)


def test_a_file_of_bad_form_is_refused_as_a_whole(typed, lena):
    written(refunds())
    typed("workflow push refunds.yaml --create")
    document = refunds()
    document["nodes"][2]["colour"] = "red"
    written(document)
    for line in ("workflow validate refunds.yaml", "workflow push refunds.yaml --force"):
        refused = typed(line)
        assert refused.exit_code == 1, refused.output
        assert "error: nodes.2.colour: " in refused.stdout
    [row] = lena.get("/api/v1/workflows").json["data"]
    assert lena.get(f"/api/v1/workflows/{row['id']}/draft").json["document"] == refunds()


def test_what_somebody_else_is_at_is_not_written_over(typed, lena, app, tenant):
    workflow_id = make_workflow(app, tenant, published=True)
    one = f"/api/v1/workflows/{workflow_id}/draft"
    draft = lena.get(one).json
    theirs = refunds()
    theirs["nodes"][1]["config"]["condition"] = "trigger.order.total > 300.0"
    lena.put(one, json={"revision": draft["revision"], "document": theirs})
    mine = refunds(description="Mine.")
    written(mine)
    refused = typed("workflow push refunds.yaml")
    assert refused.exit_code == 3
    assert "--force writes over them" in refused.stderr
    assert lena.get(one).json["document"] == theirs
    assert typed("workflow push refunds.yaml --force").exit_code == 0
    assert lena.get(one).json["document"] == mine
    written(refunds(description="Mine again."))
    assert typed("workflow push refunds.yaml").exit_code == 0, "one's own unpublished push is in nobody's way"


def test_pulling_gives_files_that_push_as_they_are(typed, app, tenant):
    make_workflow(app, tenant, refunds(name="Grüße & Refunds"))
    make_workflow(app, tenant, refunds(name="Other"))
    pulled = typed("workflow pull --all --to flows")
    assert pulled.exit_code == 0, pulled.output
    files = sorted(str(path) for path in Path("flows").iterdir())
    assert files == ["flows/grusse-refunds.yaml", "flows/other.yaml"]
    assert typed("workflow diff", *files).exit_code == 0
    assert typed("workflow push", *files).stdout == "".join(f"{file}: unchanged\n" for file in files)


def test_pulling_writes_over_nothing_unless_told(typed, app, tenant):
    make_workflow(app, tenant)
    kept = written(refunds(description="Only here.")).read_text()
    refused = typed("workflow pull refunds.yaml")
    assert refused.exit_code == 3
    assert FILE.read_text() == kept
    assert typed("workflow pull refunds.yaml --force").exit_code == 0
    assert yaml_form.read(FILE.read_text()) == refunds()


def test_names_that_say_too_little(typed, app, tenant):
    written(refunds())
    unknown = typed("workflow push refunds.yaml")
    assert unknown.exit_code == 3
    assert "--create makes it" in unknown.stderr
    ids = [str(make_workflow(app, tenant)) for _ in range(2)]
    several = typed("workflow push refunds.yaml")
    assert several.exit_code == 3
    assert all(one in several.stderr for one in ids)
    assert typed("workflow push refunds.yaml --workflow", ids[0]).stdout == "refunds.yaml: unchanged\n"


def test_a_file_that_is_no_workflow(typed):
    for name, text in (("list.yaml", "- 1\n"), ("bad.json", "{"), ("alias.yaml", "a: &x 1\nb: *x\n")):
        Path(name).write_text(text, encoding="utf-8")
        refused = typed(f"workflow validate {name}")
        assert refused.exit_code == 3
        assert name in refused.stderr
    Path("large.json").write_bytes(b" " * (2 * 1024 * 1024 + 1))
    assert "no workflow is" in typed("workflow validate large.json").stderr
    assert typed("workflow validate missing.yaml").exit_code == 3


def test_the_line_of_a_path():
    text = "name: x\nnodes:\n  - key: a\n    config:\n      url: y\n"
    paths = ("nodes.0.config.url", "nodes.0.config.gone", "nodes.7", "")
    assert [line_of(text, path) for path in paths] == [5, 5, 3, 1]
    assert line_of("{", "nodes") is None


def test_file_names_are_told_apart():
    taken: set[str] = set()
    assert [name_for(name, taken) for name in ("A b", "a  B!", "…")] == ["a-b.yaml", "a-b-2.yaml", "workflow.yaml"]
