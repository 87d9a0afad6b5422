"""Problems of a file, wherever the API finds them: in its form, or in what it means. Each with its line."""

from dataclasses import dataclass
from typing import Any

import click

from studio.remote import finding
from studio.remote.client import Api
from studio.remote.exits import Stopped
from studio.remote.files import WorkflowFile

BODY = "document"
"""The field of a request's body in which a document stands; the API names problems below it."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong with one file."""

    file: WorkflowFile
    publishable: bool
    problems: list[dict[str, Any]]
    """Each: `path`, `line`, `code`, `message`, `severity`, `fix`: in words, None where there is none."""

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {"file": str(self.file.path), "publishable": self.publishable, "problems": self.problems}

    def say(self) -> None:
        """One line a problem, in the form that editors and CI make links of."""
        for problem in self.problems:
            line = f":{problem['line']}" if problem["line"] else ""
            named = f"{problem['path']}: " if problem["path"] else ""
            click.echo(
                f"{self.file.path}{line}: {problem['severity']}: {named}{problem['message']} [{problem['code']}]"
            )
            if problem["fix"]:
                click.echo(f"  to mend it: {problem['fix']}")
        if not self.problems:
            click.echo(f"{self.file.path}: no problems")


def check(api: Api, file: WorkflowFile) -> Findings:
    """Ask Studio what the builder would say about this file. Keeps nothing there."""
    known = finding.by_name(api, file.name)
    body = {"document": file.document, **({"workflow_id": known["id"]} if known else {})}
    try:
        answer = api.post("/workflows/check", body)
    except Stopped as stopped:
        return in_form(file, stopped)
    return Findings(
        file, answer["publishable"], [_placed(file, problem, problem["path"]) for problem in answer["problems"]]
    )


def in_form(file: WorkflowFile, stopped: Stopped) -> Findings:
    """A refusal of the document itself, as findings. Raises the refusal again where it is about anything else."""
    errors = (stopped.problem or {}).get("errors", [])
    if not errors or not all(error["path"].partition(".")[0] == BODY for error in errors):
        raise stopped
    problems = [_placed(file, {**error, "severity": "error"}, error["path"].partition(".")[2]) for error in errors]
    return Findings(file, publishable=False, problems=problems)


def _placed(file: WorkflowFile, problem: dict[str, Any], path: str) -> dict[str, Any]:
    named = {key: problem[key] for key in ("code", "message", "severity")}
    fix = (problem.get("fix") or {}).get("title")
    return {"path": path, "line": file.line_of(path) if path else None, **named, "fix": fix}
