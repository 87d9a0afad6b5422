"""Every connector, found by its folder: what pages and steps need of it is there."""

import re
from pathlib import Path

import pytest

import studio
from studio.connectors.catalogue import connectors

ICONS = set(re.findall(r'id="i-([a-z-]+)"', (Path(studio.__file__).parent / "static" / "icons.svg").read_text()))


@pytest.mark.parametrize("definition", connectors().values(), ids=lambda one: one.key)
def test_a_connector_can_be_shown_and_signed_in_to(definition):
    assert definition.icon in ICONS
    assert definition.auths
    names = [one.name for auth in definition.auths for one in (*definition.asked(auth), *auth.fields)]
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)
    for auth in definition.auths:
        asked = [one.name for one in (*definition.asked(auth), *auth.fields)]
        assert len(set(asked)) == len(asked), "a field is asked twice"
    assert len({one.key for one in definition.actions}) == len(definition.actions)
