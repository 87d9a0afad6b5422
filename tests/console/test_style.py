"""The page of styles shows all that there is: a macro, a token or a sheet that is new is on it, or this fails."""

from pathlib import Path

import pytest
from flask import Flask

import studio
from studio.console.style import reading
from tests.factories.accounts import make_tenant, signed_in

HOME = Path(studio.__file__).parent


@pytest.fixture
def store() -> str:
    return "sqlite"


def texts(folder: str, pattern: str) -> dict[str, str]:
    return {file.name: file.read_text("utf-8") for file in (HOME / folder).glob(pattern)}


def test_every_macro_token_and_sheet_is_drawn_in_both_themes(app: Flask, database) -> None:
    tenant = make_tenant(database)
    page = signed_in(app, tenant.id, tenant["owner"]).get("/settings/style").text
    macros = reading.macros(texts("templates/macros", "*.html"))
    assert len(macros) > 15
    for one in macros:
        shown = page.partition(f'id="macro-{one.name}"')[2].partition("</section>")[0]
        for theme in ("in-light", "in-dark"):
            drawn = shown.partition(theme)[2].partition(">")[2].partition("</div>\n")[0]
            assert drawn.strip(), f"{one.name} has no example in console/style_examples.html"
    css = texts("static/css", "*.css")
    for token in reading.tokens(css["tokens.css"]):
        assert page.count(f"<code>{token.name}</code>") == 2
    for sheet in reading.sheets(css):
        assert f"<b>{sheet.name}</b>" in page


def test_only_who_sees_settings_sees_it(app: Flask, database) -> None:
    tenant = make_tenant(database)
    assert signed_in(app, tenant.id, tenant["approver"]).get("/settings/style").status_code == 403


@pytest.mark.parametrize(
    ("css", "kinds"),
    [
        ("--ink: light-dark(#111, #eee);", ["colour"]),
        ("--r-s: 5px; \n--s1: 4px;", ["radius", "space"]),
        ("--shadow: 0 1px 2px red;\n--font: system-ui;\n--shadow: none;", ["shadow", "other"]),
        ("/* none */", []),
    ],
)
def test_tokens_are_told_apart_by_what_they_hold(css: str, kinds: list[str]) -> None:
    assert [one.kind for one in reading.tokens(css)] == kinds
