"""What the canvas shows of each step besides its document: ports, a summary, a webhook's address."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio.contract.node import NodeType, node_type
from studio.core.crypto import Keyring
from studio.core.i18n import gettext
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.document import Document, Step
from studio.runtime.models import Workflow
from studio.runtime.service import subscriptions
from studio.runtime.service.call_checks import called_names, check_in

LONGEST_SAMPLE = 2_000
"""A larger sample does not go into a command line."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a document is worth: its problems, and facts of each step."""

    problems: list[dict[str, Any]]
    node_info: dict[str, dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        """As answers of the API carry it."""
        return {"problems": self.problems, "node_info": self.node_info}


@dataclass(frozen=True, slots=True)
class Listening:
    """A trigger that was published once."""

    address: str | None
    """Where to send to; None: it is no webhook."""
    runs: bool
    """Whether the version that runs has it, so that it can be started by hand."""


NOT_YET = Listening(None, runs=False)


def checked(uow: UnitOfWork, document: Document, workflow: Workflow, triggers: Mapping[str, Listening]) -> Checked:
    """Everything wrong with a workflow's document, and what its steps look like."""
    infos = {step.key: _info(step, triggers.get(step.key, NOT_YET)) for step in document.nodes}
    for key, name in called_names(uow, document).items():
        infos[key]["summary"] = name
    return Checked([problem.as_json() for problem in check_in(uow, document, workflow)], infos)


def triggers(uow: UnitOfWork, keyring: Keyring, workflow: Workflow, public_url: str) -> dict[str, Listening]:
    """Every trigger that was published once, by its key."""
    found = {}
    for row in subscriptions.of_workflow(uow, workflow.id):
        secret = subscriptions.address(keyring, row)
        address = None if secret is None else f"{public_url}/hooks/{secret}"
        found[row.node_key] = Listening(address, runs=row.version_id == workflow.published_version_id)
    return found


def curl(address: str, config: Mapping[str, Any]) -> str:
    """A command that sends the step's sample."""
    methods = config.get("methods")
    method = str(methods[0]) if isinstance(methods, list) and methods else "POST"
    sample = json.dumps(config.get("sample") or {}, ensure_ascii=False)
    data = sample if len(sample) <= LONGEST_SAMPLE else "{}"
    return shlex.join(["curl", "-X", method, address, "-H", "Content-Type: application/json", "-d", data])


def ports_of(found: type[NodeType], config: Mapping[str, Any]) -> tuple[str, ...]:
    """The ports for a config that may be half-written."""
    try:
        return tuple(found.ports_of(config))
    except Exception:  # noqa: BLE001 - a draft's config may be anything; the canvas must still draw it
        return found.ports


def summary_of(found: type[NodeType], config: Mapping[str, Any]) -> str:
    """The line under a step's name, for a config that may be half-written."""
    try:
        return found.summary(config)[:200]
    except Exception:  # noqa: BLE001 - see ports_of()
        return ""


def _info(step: Step, trigger: Listening) -> dict[str, Any]:
    found = node_type(step.type)
    if found is None:
        return {"ports": [], "port_names": {}, "summary": ""}
    info: dict[str, Any] = {
        "ports": list(ports_of(found, step.config)),
        "port_names": {port: gettext(name) for port, name in found.port_names_of(step.config).items()},
        "summary": summary_of(found, step.config),
    }
    if trigger.runs:
        info["runs"] = True
    if trigger.address is not None:
        info |= {"address": trigger.address, "curl": curl(trigger.address, step.config)}
    return info
