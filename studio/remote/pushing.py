"""From a file to Studio, without writing over what somebody else is at."""

from typing import Any, Literal

from studio.remote import checking, finding
from studio.remote.checking import Findings
from studio.remote.client import Api
from studio.remote.exits import Exit, Stopped
from studio.remote.files import WorkflowFile

Done = Literal["created", "updated", "unchanged"]


class Refused(Stopped):
    """The document has problems."""

    def __init__(self, findings: Findings) -> None:
        """As `studio workflow validate` shows them."""
        super().__init__(f"{findings.file.path} was not taken.", Exit.DIFFERS, problem=findings.as_json())
        self.findings = findings


def push(api: Api, file: WorkflowFile, *, workflow: str | None, create: bool, force: bool) -> tuple[Done, str]:
    """Make the file the draft of its workflow. Gives what was done and the workflow's id. Raises Stopped."""
    found = finding.workflow(api, workflow) if workflow else finding.by_name(api, file.name)
    if found is None:
        return "created", _create(api, file, create=create)
    one = f"/workflows/{found['id']}"
    draft = api.get(f"{one}/draft")
    if draft["document"] == file.document:
        return "unchanged", found["id"]
    if draft["changed"] and not force and draft["saved_by"] != _signature(api):
        raise Stopped(
            f"“{found['name']}” has changes that are not published, saved by {draft['saved_by']}. "
            f"`studio workflow diff {file.path}` shows them; --force writes over them.",
            Exit.REFUSED,
        )
    _taken(file, lambda: api.put(f"{one}/draft", {"revision": draft["revision"], "document": file.document}))
    return "updated", found["id"]


def publish(api: Api, workflow_id: str, note: str, file: WorkflowFile | None = None) -> int | None:
    """Publish the draft. Gives the version's number; None where the draft is what runs already. Raises Stopped."""
    one = f"/workflows/{workflow_id}"
    draft = api.get(f"{one}/draft")
    if not draft["changed"] and api.get(one)["published_version"] is not None:
        return None
    body = {"revision": draft["revision"], "note": note}
    version = _taken(file, lambda: api.post(f"{one}/publish", body))
    return int(version["number"])


def _create(api: Api, file: WorkflowFile, *, create: bool) -> str:
    if not create:
        raise Stopped(
            f"There is no workflow called “{file.name}”. --create makes it; --workflow names the one that shall be "
            "called so.",
            Exit.REFUSED,
        )
    made = _taken(file, lambda: api.post("/workflows/import", file.document))
    return str(made["id"])


def _taken(file: WorkflowFile | None, ask: Any) -> Any:
    """What Studio answers; its problems with the document in the words of `validate`."""
    try:
        return ask()
    except Stopped as stopped:
        if file is None:
            raise
        raise Refused(checking.in_form(file, stopped)) from stopped


def _signature(api: Api) -> str:
    """What a draft shows as its author where this token saved it."""
    me = api.get("/me")
    return f"{me['token_name']} ({me['name']})"[:200]
