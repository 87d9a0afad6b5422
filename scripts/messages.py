"""Write studio/translations/messages.pot: every sentence that a person reads, whatever file it comes from.

`python -m scripts.messages --check` fails where the file no longer says what the code does.
"""

import json
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

import studio.audit.taxonomy  # noqa: F401 - importing it registers every action
from scripts import connector_docs
from scripts.node_docs import load_all
from studio.audit.registry import Action
from studio.builder.catalogue import first_paragraph
from studio.contract.node import registry as node_types
from studio.core import i18n
from studio.expressions.catalogue import FUNCTIONS, MACROS
from studio.expressions.filters import FILTERS
from studio.gallery import loading

ROOT = Path(__file__).parent.parent
STUDIO = ROOT / "studio"
POT = STUDIO / "translations" / "messages.pot"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
KEYWORDS = dict.fromkeys(("_", "_l", "gettext", "lazy_gettext", "marked")) | {"ngettext": (1, 2)}
OPTIONS = {"jinja2": {"encoding": "utf-8", "silent": "false"}}
EDITOR = STUDIO / "static" / "js" / "i18n" / "messages.ts"
_ENTRY = re.compile(r'^\s*(?:"[^"]+"|\w+):\s*("(?:[^"\\]|\\.)*")', re.MULTILINE)


def catalogue() -> Catalog:
    """All of them, sorted by where they stand, without dates or line numbers: both change with every edit."""
    found = Catalog(project="Studio", charset="utf-8", fuzzy=False)
    for name, _line, message, comments, context in extract_from_dir(
        STUDIO, METHODS, {f"{pattern}": OPTIONS.get(method, {}) for pattern, method in METHODS}, KEYWORDS
    ):
        if message and (isinstance(message, tuple) or message.strip()):
            found.add(message, None, [(f"studio/{name}", None)], auto_comments=comments, context=context)
    for origin, sentence in registered():
        found.add(sentence, None, [(origin, None)])
    return found


def registered() -> Iterator[tuple[str, str]]:
    """Sentences that stand in registries and are looked up where they are shown."""
    load_all()
    for key, one in node_types.items():
        yield f"node type {key}", one.title
        yield f"node type {key}", first_paragraph(one)
        for name in one.port_names.values():
            yield f"node type {key}", name
        for sentence in i18n.schema_words(one.Config.model_json_schema()):
            yield f"node type {key}", sentence
    yield from of_connectors()
    yield from of_audit()
    for name, known in FUNCTIONS.items():
        yield f"function {name}", known.detail
    for name, detail in MACROS.items():
        yield f"function {name}", detail
    for name, known_filter in FILTERS.items():
        yield f"filter {name}", known_filter.detail
    for template in loading.templates():
        yield from ((f"template {template.slug}", sentence) for sentence in loading.sentences(template))
    for text in _ENTRY.findall(EDITOR.read_text(encoding="utf-8")):
        yield "studio/static/js/i18n/messages.ts", json.loads(text)


def of_audit() -> Iterator[tuple[str, str]]:
    """What is said of each kind of event, and of the codes that its facts hold."""
    for name, action in Action.registry.items():
        for sentence in (action.sentence, action.description, *action.words.values()):
            yield f"audit action {name}", sentence


def of_connectors() -> Iterator[tuple[str, str]]:
    """What is said of each action of a connector, and of its fields."""
    for name, made in connector_docs.actions().items():
        yield f"action {name}", made.title
        yield f"action {name}", first_paragraph(made)
        for sentence in i18n.schema_words(made.Config.model_json_schema()):
            yield f"action {name}", sentence


def written() -> bytes:
    """The file's content."""
    out = BytesIO()
    write_po(out, catalogue(), sort_by_file=True, omit_header=True, include_lineno=False, width=120)
    return out.getvalue()


if __name__ == "__main__":
    content = written()
    if "--check" in sys.argv:
        if not POT.exists() or POT.read_bytes() != content:
            sys.exit("studio/translations/messages.pot is not current. Run: make messages")
    else:
        POT.parent.mkdir(exist_ok=True)
        POT.write_bytes(content)
