"""The workflow document: read, checked for form, written, hashed, compared. Pure."""

from studio.runtime.document.changes import Change, changes
from studio.runtime.document.fixes import Edit, Fix, mended
from studio.runtime.document.layout import fitting
from studio.runtime.document.model import Document, JoinRule, Link, Position, RetryRule, Settings, Step
from studio.runtime.document.problems import Problem, errors
from studio.runtime.document.reading import as_written, from_json, from_text, from_yaml, load, parse
from studio.runtime.document.upgrading import is_dated
from studio.runtime.document.writing import dump, for_running, logic, logic_hash, to_json, to_yaml

__all__ = [
    "Change",
    "Document",
    "Edit",
    "Fix",
    "JoinRule",
    "Link",
    "Position",
    "Problem",
    "RetryRule",
    "Settings",
    "Step",
    "as_written",
    "changes",
    "dump",
    "errors",
    "fitting",
    "for_running",
    "from_json",
    "from_text",
    "from_yaml",
    "is_dated",
    "load",
    "logic",
    "logic_hash",
    "mended",
    "parse",
    "to_json",
    "to_yaml",
]
