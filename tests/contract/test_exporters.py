"""What every exporter promises, found by discovery: a new one is held to it by being there."""

import pytest
import yaml

from studio.export import components
from studio.export.components import Exporter
from studio.export.pipelines import document

components.load_all()
KINDS = sorted(Exporter.registry)


@pytest.mark.parametrize("kind", KINDS)
def test_what_it_is_shown_with_works_as_it_stands(kind):
    written = {
        "exporters": {kind: yaml.safe_load(Exporter.registry[kind].example)},
        "service": {"pipelines": {"logs": {"receivers": ["audit"], "exporters": [kind]}}},
    }
    made = document.read(yaml.safe_dump(written)).pipelines["logs"].exporters[kind]
    assert made.item_limit >= 1
    assert made.byte_limit >= 100_000
