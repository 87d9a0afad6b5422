"""The project's top level, and that each framework serves where it belongs."""

import re

import pytest

from tests.project.source import PROJECT, bases, classes, committed, importers, modules

FORM_BASES = {"FlaskForm", "Form"}


@pytest.mark.parametrize(
    "path",
    [
        "pyproject.toml",
        "README.md",
        "migrations",
        "studio/builder",
        "studio/gallery",
        "studio/portal",
        "studio/runtime",
        "studio/static/js",
        "tests",
    ],
)
def test_top_level(path: str) -> None:
    assert (PROJECT / path).exists()


def test_flask_serves_the_pages_and_the_api() -> None:
    users = importers("flask", "studio")
    assert "studio/app.py" in users
    for package in ("accounts", "api", "builder", "console", "gallery", "portal"):
        assert any(path.startswith(f"studio/{package}/") for path in users), package


def test_flask_login_signs_people_in() -> None:
    assert importers("flask_login.LoginManager", "studio")
    signing_in = importers("flask_login.login_user", "studio")
    assert signing_in
    assert all(path.startswith(("studio/accounts/", "studio/portal/")) for path in signing_in)


def test_every_table_is_flask_sqlalchemys() -> None:
    assert importers("flask_sqlalchemy.SQLAlchemy", "studio") == ["studio/core/db.py"]
    tables = [
        (path, node)
        for path, node in classes("studio")
        if any("__tablename__" in assigned(statement) for statement in node.body)
    ]
    assert len(tables) > 10
    known = {"Model"}
    # A table may derive from a mixin or an abstract table of the same package.
    known |= {node.name for _, node in classes("studio") if bases(node) & known}
    strangers = [f"{path}:{node.lineno} {node.name}" for path, node in tables if not bases(node) & known]
    assert strangers == []


def test_dramatiq_carries_the_hints() -> None:
    assert any(path.startswith("studio/core/dispatch") for path in importers("dramatiq.Broker", "studio"))
    through_the_door = importers("studio.core.dispatch", "studio")
    assert any(path.startswith("studio/runtime/") for path in through_the_door)


def test_redis_is_the_broker_of_many_processes() -> None:
    assert importers("dramatiq.brokers.redis.RedisBroker", "studio")
    assert importers("redis", "studio")


def test_jinja_draws_pages_and_mails() -> None:
    assert importers("jinja2", "studio")
    assert list((PROJECT / "studio/templates").rglob("*.html"))


def test_every_form_is_a_wtform() -> None:
    known = set(FORM_BASES)
    everywhere = list(classes("studio"))
    while more := {node.name for _, node in everywhere if bases(node) & known} - known:
        known |= more
    forms = [(path, node) for path, node in everywhere if is_form_module(path)]
    assert len(forms) > 5
    strangers = [
        f"{path}:{node.lineno} {node.name}"
        for path, node in forms
        if node.name.endswith("Form") and not bases(node) & known
    ]
    assert strangers == []


def test_forms_are_not_read_by_hand() -> None:
    """What a person sends passes a form, which checks it and its CSRF token."""
    raw = re.compile(r"\brequest\.form\b")
    found = [path for path, _ in modules("studio") if path.endswith(".py") and raw.search((PROJECT / path).read_text())]
    assert found == []


def test_pytest_runs_the_tests() -> None:
    assert len(importers("pytest", "tests/core")) > 10


def test_no_file_names_a_package_registry() -> None:
    """Which registry, mirror or proxy is asked is the machine's setting, never the project's."""
    hosts = ["pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org", "registry.yarnpkg" + ".com"]
    hosts += ["deb.debian" + ".org", "archive.ubuntu" + ".com"]
    pattern = re.compile("|".join(map(re.escape, hosts)).encode())
    found = [str(path.relative_to(PROJECT)) for path in committed() if pattern.search(path.read_bytes())]
    assert found == []


def is_form_module(path: str) -> bool:
    return path.endswith("/forms.py") or "/forms/" in path


def assigned(statement: object) -> set[str]:
    targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
    return {name for target in targets if isinstance(name := getattr(target, "id", None), str)}
