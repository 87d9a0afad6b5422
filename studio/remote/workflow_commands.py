"""`studio workflow …`: workflows as files, in git and in CI."""

from pathlib import Path
from typing import Any

import click

from studio.remote import checking, files, finding, pushing, speaking
from studio.remote.asking import asks
from studio.remote.client import Api
from studio.remote.completing import Named
from studio.remote.exits import Exit, Stopped

FILES = click.Path(path_type=Path, dir_okay=False)
YAML = "application/yaml"


@click.group("workflow")
def workflow() -> None:
    """Workflows as files: check, push, pull, compare and publish them by the API.

    STUDIO_URL names the Studio, STUDIO_TOKEN (or STUDIO_TOKEN_FILE) holds the API token. Status 0: done. 1: problems
    or differences. 2: typed wrongly. 3: refused. 4: not reached.
    """


@workflow.command("list")
@click.option("--folder", help="Only those in this folder.")
@click.option("--tag", help="Only those with this tag.")
@asks
def list_(*, api: Api, as_json: bool, folder: str | None, tag: str | None) -> None:
    """Show the workflows, newest first."""
    query = {key: value for key, value in (("folder", folder), ("tag", tag)) if value is not None}
    rows = list(api.each("/workflows", query))
    if as_json:
        speaking.document(rows)
        return
    columns = ("id", "name", "folder", "enabled", "published_version", "updated_at")
    speaking.table(rows, columns, empty="There are no workflows. `studio workflow push FILE --create` makes one.")


@workflow.command()
@click.argument("paths", metavar="FILE…", nargs=-1, required=True, type=FILES)
@asks
def validate(paths: tuple[Path, ...], *, api: Api, as_json: bool) -> None:
    """Say what is wrong with files, as the builder would; keep nothing. Status 1 where one could not be published."""
    found = [checking.check(api, files.read(path)) for path in paths]
    if as_json:
        speaking.document([findings.as_json() for findings in found])
    else:
        for findings in found:
            findings.say()
    _leave(all(findings.publishable for findings in found))


@workflow.command()
@click.argument("paths", metavar="FILE…", nargs=-1, required=True, type=FILES)
@click.option("--workflow", "named", type=Named("workflow"), help="Id or name of the one that the file becomes.")
@click.option("--create", is_flag=True, help="Make a workflow where none has the file's name.")
@click.option("--force", is_flag=True, help="Write over unpublished changes of somebody else.")
@click.option("--publish", is_flag=True, help="Publish it too: from then on triggers start it.")
@click.option("--note", default="", help="With --publish: what has changed, for the history.")
@asks
def push(
    paths: tuple[Path, ...], *, api: Api, as_json: bool, named: str | None, create: bool, force: bool, publish: bool,
    note: str,
) -> None:  # fmt: skip
    """Make files the drafts of their workflows, found by their names."""
    if named and len(paths) > 1:
        raise click.UsageError("--workflow goes with one file.")
    done = []
    for file in [files.read(path) for path in paths]:
        what, workflow_id = _said(lambda file=file: pushing.push(
            api, file, workflow=named, create=create, force=force), as_json=as_json)  # fmt: skip
        version = None
        if publish:
            version = _said(
                lambda file=file, workflow_id=workflow_id: pushing.publish(api, workflow_id, note, file),
                as_json=as_json,
            )
        row = {"file": str(file.path), "workflow_id": workflow_id, "done": what, "version": version}
        done.append(row)
        if not as_json:
            click.echo(f"{file.path}: {what}{_published(version, asked=publish)}")
    if as_json:
        speaking.document(done)


@workflow.command()
@click.argument("names", metavar="[NAME|ID|FILE]…", nargs=-1, type=Named("workflow"))
@click.option("--all", "everything", is_flag=True, help="Every workflow that is not archived.")
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Folder.")
@click.option("--published", is_flag=True, help="What runs, instead of the draft.")
@click.option("--force", is_flag=True, help="Write over files that differ.")
@asks
def pull(
    names: tuple[str, ...], *, api: Api, as_json: bool, everything: bool, folder: Path, published: bool, force: bool
) -> None:
    """Write workflows into files, one each, named after them; a file that is named is written anew."""
    if everything == bool(names):
        raise click.UsageError("Name workflows or files, or say --all.")
    rows = list(api.each("/workflows")) if everything else []
    wanted = _targets(api, rows, names, folder, published=published)
    texts = [(row, path, _export(api, row, path, published=published)) for row, path in wanted]
    if not force:
        _must_not_overwrite(texts)
    folder.mkdir(parents=True, exist_ok=True)
    for _row, path, text in texts:
        path.write_text(text, encoding="utf-8")
        if not as_json:
            click.echo(f"{path}: written")
    if as_json:
        speaking.document([{"file": str(path), "workflow_id": row["id"]} for row, path, _text in texts])


@workflow.command()
@click.argument("paths", metavar="FILE…", nargs=-1, required=True, type=FILES)
@click.option("--workflow", "named", type=Named("workflow"), help="Id or name of the one to compare with.")
@click.option("--published", is_flag=True, help="With what runs, instead of the draft.")
@asks
def diff(paths: tuple[Path, ...], *, api: Api, as_json: bool, named: str | None, published: bool) -> None:
    """Show what pushing files would change. Status 1 where something would."""
    if named and len(paths) > 1:
        raise click.UsageError("--workflow goes with one file.")
    found = []
    for file in [files.read(path) for path in paths]:
        there = _there(api, file, named, published=published)
        names = (f"{api.place.url} {file.name}" if there else "/dev/null", str(file.path))
        lines = files.difference(there, file.document, names) if there != file.document else []
        found.append({"file": str(file.path), "differs": bool(lines), "diff": lines})
        if not as_json:
            click.echo("\n".join(lines) if lines else f"{file.path}: no difference")
    if as_json:
        speaking.document(found)
    _leave(not any(row["differs"] for row in found))


@workflow.command("publish")
@click.argument("named", metavar="NAME|ID", type=Named("workflow"))
@click.option("--note", default="", help="What has changed, for the history.")
@asks
def publish_(named: str, *, api: Api, as_json: bool, note: str) -> None:
    """Publish a workflow's draft: from then on triggers start it."""
    found = finding.workflow(api, named)
    version = pushing.publish(api, found["id"], note)
    if as_json:
        speaking.document({"workflow_id": found["id"], "version": version})
    else:
        click.echo(f"{found['name']}{_published(version, asked=True)}")


def _said(ask: Any, *, as_json: bool) -> Any:
    """An answer; problems of the file are shown before the command ends."""
    try:
        return ask()
    except pushing.Refused as refused:
        if not as_json:
            refused.findings.say()
        raise


def _published(version: int | None, *, asked: bool) -> str:
    if not asked:
        return ""
    return ": this is what runs already" if version is None else f", published as version {version}"


def _targets(
    api: Api, rows: list[dict[str, Any]], names: tuple[str, ...], folder: Path, *, published: bool
) -> list[tuple[dict[str, Any], Path]]:
    """Which workflow goes into which file."""
    taken: set[str] = set()
    found = [
        (row, folder / files.name_for(row["name"], taken))
        for row in rows
        if row["published_version"] is not None or not published
    ]
    for name in names:
        path = Path(name)
        if path.suffix in (".yaml", ".yml", ".json") and path.is_file():
            found.append((finding.workflow(api, files.read(path).name), path))
        else:
            row = finding.workflow(api, name)
            found.append((row, folder / files.name_for(row["name"], taken)))
    return found


def _export(api: Api, row: dict[str, Any], path: Path, *, published: bool) -> str:
    query: dict[str, str | int | list[str]] = {}
    if published:
        if row["published_version"] is None:
            raise Stopped(f"“{row['name']}” was never published.", Exit.REFUSED)
        query = {"version": row["published_version"]}
    media = "application/json" if path.suffix == ".json" else YAML
    return api.text(f"/workflows/{row['id']}/export", media, query)


def _must_not_overwrite(texts: list[tuple[dict[str, Any], Path, str]]) -> None:
    """Nothing is written where one file would lose something."""
    lost = [path for _row, path, text in texts if path.exists() and path.read_text(encoding="utf-8") != text]
    if lost:
        named = ", ".join(map(str, lost))
        raise Stopped(f"These files differ: {named}. Nothing was written; --force writes over them.", Exit.REFUSED)


def _there(api: Api, file: files.WorkflowFile, named: str | None, *, published: bool) -> Any:
    """The document that Studio has, None where it has none."""
    row = finding.workflow(api, named) if named else finding.by_name(api, file.name)
    if row is None or (published and row["published_version"] is None):
        return None
    one = f"/workflows/{row['id']}"
    if published:
        return api.get(f"{one}/versions/{row['published_version']}")["document"]
    return api.get(f"{one}/draft")["document"]


def _leave(good: bool) -> None:  # noqa: FBT001 - the one thing that it is told
    if not good:
        click.get_current_context().exit(Exit.DIFFERS)
