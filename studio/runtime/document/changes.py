"""What changed between two documents, in words."""

from dataclasses import dataclass
from typing import Any, Literal

from studio.contract.node import Kind, node_type
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.runtime.document.limit_wording import limit_changes
from studio.runtime.document.model import Document, JoinRule, Link, RetryRule, Step

ChangeKind = Literal["added", "removed", "renamed", "changed", "connected", "disconnected", "settings"]
_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Change:
    """One sentence about one step, connection or setting."""

    kind: ChangeKind
    node: str | None
    text: str


def changes(old: Document, new: Document) -> list[Change]:
    """Every change of logic, notes included, layout not. Steps in the new document's order."""
    before = {node.key: node for node in old.nodes}
    after = {node.key: node for node in new.nodes}
    found = _workflow(old, new)
    for key, node in after.items():
        if key not in before:
            found.append(Change("added", key, _("Added “%(name)s”", name=node.name)))
        else:
            found.extend(_step(before[key], node))
    gone = [node for key, node in before.items() if key not in after]
    found.extend(Change("removed", node.key, _("Removed “%(name)s”", name=node.name)) for node in gone)
    return found + _links(old, new, before, after)


def _workflow(old: Document, new: Document) -> list[Change]:
    found = []
    if old.name != new.name:
        found.append(
            Change(
                "renamed", None, _("The workflow “%(name)s” is now called “%(name_2)s”", name=old.name, name_2=new.name)
            )
        )
    if old.description != new.description:
        text = _("Its description changed") if old.description else _("It has a description")
        found.append(Change("changed", None, text))
    labels = (
        ("max_steps", _("The most steps of a run")),
        ("max_seconds", _("The longest a run may take, in seconds,")),
    )
    for name, label in labels:
        value = getattr(new.settings, name)
        if getattr(old.settings, name) != value:
            found.append(Change("settings", None, _("%(label)s is now %(value)s", label=label, value=separated(value))))
    if old.settings.title != new.settings.title:
        found.append(Change("settings", None, _("A run's title is now %(shown)s", shown=_shown(new.settings.title))))
    said = [*limit_changes(old.settings, new.settings), *_labels(old, new)]
    return found + [Change("settings", None, text) for text in said]


def _labels(old: Document, new: Document) -> list[str]:
    """What its runs are labelled with without a step."""
    before, after = old.settings.labels, new.settings.labels
    gone = [_("Its runs are no longer labelled %(key)s by a rule", key=key) for key in before if key not in after]
    return gone + [
        _("Its runs are labelled %(key)s: %(source)s", key=key, source=_shown(source))
        for key, source in after.items()
        if before.get(key) != source
    ]


def _step(old: Step, new: Step) -> list[Change]:
    key, name, found = new.key, f"“{new.name}”", list[Change]()
    if old.name != new.name:
        found.append(Change("renamed", key, _("“%(name)s” is now called %(name_2)s", name=old.name, name_2=name)))
    if (old.type, old.version) != (new.type, new.version):
        was, now = _title(old), _title(new)
        text = (
            _("%(name)s is now: %(now)s", name=name, now=now)
            if was != now
            else _("%(name)s uses version %(version)s of %(now)s", name=name, version=new.version, now=now)
        )
        found.append(Change("changed", key, text))
    if old.parent != new.parent:
        where = _("moved into the loop %(parent)s", parent=new.parent) if new.parent else _("moved out of its loop")
        found.append(Change("changed", key, f"{name} {where}"))
    found.extend(_config(old, new))
    found.extend(Change("changed", key, f"{name} {text}") for text in _behaviour(old, new))
    return found


def _behaviour(old: Step, new: Step) -> list[str]:
    found = []
    retry, join = new.retry or RetryRule(), new.join or JoinRule()
    if (old.retry or RetryRule()) != retry:
        tried = (
            _("is tried up to %(attempts)s times", attempts=retry.attempts)
            if retry.attempts > 1
            else _("is no longer tried again")
        )
        found.append(tried)
    if old.timeout_s != new.timeout_s:
        found.append(
            _("may take %(timeout_s)s s", timeout_s=f"{new.timeout_s:g}")
            if new.timeout_s is not None
            else _("has its usual time limit again")
        )
    if (old.join or JoinRule()) != join:
        found.append({"all": _("waits for all branches"), "any": _("goes on with the first branch")}.get(
            join.mode, _("waits for %(count)s branches", count=join.count)
        ))  # fmt: skip
    if old.checkpoint != new.checkpoint:
        found.append(
            _("is saved before the next step") if new.checkpoint else _("is saved together with the next step")
        )
    if old.notes != new.notes:
        found.append(_("has a new note") if new.notes else _("lost its note"))
    return found


def _config(old: Step, new: Step) -> list[Change]:
    found = []
    for field in sorted({*old.config, *new.config}):
        if field in old.config and field in new.config and old.config[field] == new.config[field]:
            continue
        found.append(Change("changed", new.key, _field_text(new, field, old.config)))
    return found


def _field_text(step: Step, field: str, before: dict[str, Any]) -> str:
    name, label = f"“{step.name}”", _label(step, field)
    if field not in step.config:
        return _("%(name)s: %(label)s was removed", name=name, label=label)
    value = step.config[field]
    if field == "condition" and _kind(step) is Kind.CONDITION and isinstance(value, str):
        return _("%(name)s now checks %(shown)s", name=name, shown=_shown(value))
    if isinstance(value, dict | list):
        filled = _("%(name)s: %(label)s changed") if field in before else _("%(name)s: %(label)s was filled in")
        return filled % {"name": name, "label": label}
    return _("%(name)s: %(label)s is now %(shown)s", name=name, label=label, shown=_shown(value))


def _label(step: Step, field: str) -> str:
    found = node_type(step.type)
    info = found.Config.model_fields.get(field) if found is not None else None
    title = info.title if info is not None else None
    return _(title) if title else field.replace("_", " ").capitalize()


def _title(step: Step) -> str:
    found = node_type(step.type)
    return _(found.title) if found is not None else step.type


def _kind(step: Step) -> Kind | None:
    found = node_type(step.type)
    return found.kind if found is not None else None


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    text = _("empty") if value in (None, "") else " ".join(str(value).split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _links(old: Document, new: Document, before: dict[str, Step], after: dict[str, Step]) -> list[Change]:
    """Connections between steps that both exist in both; a new step's own ones go without saying."""
    stay = before.keys() & after.keys()
    was = {(edge.source, edge.port, edge.target): edge for edge in old.edges}
    now = {(edge.source, edge.port, edge.target): edge for edge in new.edges}
    return [
        *(_link("connected", edge, after) for key, edge in now.items() if key not in was and _both(edge, stay)),
        *(_link("disconnected", edge, before) for key, edge in was.items() if key not in now and _both(edge, stay)),
    ]


def _both(edge: Link, stay: set[str]) -> bool:
    return edge.source in stay and edge.target in stay


def _link(kind: Literal["connected", "disconnected"], edge: Link, steps: dict[str, Step]) -> Change:
    source, target = steps[edge.source], steps[edge.target]
    found = node_type(source.type)
    port = _(found.port_names_of(source.config).get(edge.port, edge.port)) if found is not None else edge.port
    through = "" if edge.port == "next" else f" ({port})"
    words = _("now leads to") if kind == "connected" else _("no longer leads to")
    return Change(kind, source.key, f"“{source.name}”{through} {words} “{target.name}”")
