"""`studio runs …`: what ran, what became of it, and what to do about it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from studio.core import clock
from studio.remote import finding, following, speaking
from studio.remote.asking import asks
from studio.remote.client import Api
from studio.remote.completing import Named
from studio.remote.exits import Exit
from studio.remote.following import FAILED
from studio.runtime.outcomes import RunState

STATES = click.Choice([state.value for state in RunState])
COLUMNS = ("id", "state", "workflow_name", "title", "created_at", "finished_at")
PLAN_COLUMNS = ("step", "name", "path", "fate", "protected")
STEP_COLUMNS = ("node", "name", "path", "attempt", "state", "started_at", "finished_at")
_AGO = re.compile(r"(\d{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class Moment(click.ParamType[str]):
    """`2h`, `30m`, `7d` ago, or a date and time; without a time zone, in UTC."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """As the API writes moments."""
        ago = _AGO.fullmatch(str(value))
        try:
            if ago:
                past = clock.local_now() - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
                return past.isoformat()
            moment = datetime.fromisoformat(str(value))
        except (ValueError, OverflowError):
            self.fail(f"{value} is no moment: write 2h, 7d or 2026-11-27T09:00+01:00.", param, ctx)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


RUN = click.argument("run_id", metavar="RUN", type=click.UUID)


@click.group("runs")
def runs() -> None:
    """Runs: list, look into, follow, repeat and end them by the API.

    STUDIO_URL names the Studio, STUDIO_TOKEN (or STUDIO_TOKEN_FILE) holds the API token. Status 0: done. 1: the run
    failed. 2: typed wrongly. 3: refused. 4: not reached.
    """


@runs.command("list")
@click.option("--workflow", "named", type=Named("workflow"), help="Id or name of one workflow.")
@click.option("--state", "states", multiple=True, type=STATES, help="May be repeated.")
@click.option("--since", type=Moment(), help="2h, 7d, or a date and time.")
@click.option("--until", type=Moment(), help="2h, 7d, or a date and time.")
@click.option("--query", "-q", default="", help="Words of the title or of the trigger's data.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=20, show_default=True)
@asks
def list_(
    *, api: Api, as_json: bool, named: str | None, states: tuple[str, ...], since: str | None, until: str | None,
    query: str, limit: int,
) -> None:  # fmt: skip
    """Show runs, newest first."""
    asked: dict[str, Any] = {"state": list(states), "since": since, "until": until, "q": query}
    if named:
        asked["workflow_id"] = finding.workflow(api, named)["id"]
    rows = list(api.each("/runs", {key: value for key, value in asked.items() if value}, limit))
    if as_json:
        speaking.document(rows)
    else:
        speaking.table(rows, COLUMNS, empty="No run is like that.")


@runs.command()
@RUN
@asks
def show(run_id: Any, *, api: Api, as_json: bool) -> None:
    """Show one run with its steps."""
    _show(api.get(f"/runs/{run_id}"), as_json=as_json)


@runs.command()
@RUN
@click.option("--from", "from_step", metavar="STEP", help="Key of the step; what ran before is kept.")
@click.option("--newest", is_flag=True, help="On the newest version, instead of the run's own.")
@click.option("--show-plan", is_flag=True, help="Say what would happen again and what is kept; start nothing.")
@click.option("--plan", metavar="HASH", help="Run exactly the plan that was shown under this hash.")
@click.option("--wait", is_flag=True, help="Follow the new run to its end; status 1 where it fails.")
@asks
def rerun(
    run_id: Any, *, api: Api, as_json: bool, from_step: str | None, newest: bool, show_plan: bool, plan: str | None,
    wait: bool,
) -> None:  # fmt: skip
    """Run it again, as a new run that is linked with it.

    Where something that has happened would happen again, nothing starts: look at the plan, then name its hash.
    """
    wish: dict[str, Any] = {"version": "newest" if newest else "original"}
    if from_step is not None:
        wish["from_step"] = from_step
    if show_plan:
        _show_plan(api.post(f"/runs/{run_id}/rerun/plan", wish), as_json=as_json)
        return
    again = api.post(f"/runs/{run_id}/rerun", {**wish, "plan": plan} if plan else wish)
    if not wait:
        _show(again, as_json=as_json)
        return
    _follow(api, again["id"], as_json=as_json)


@runs.command()
@RUN
@click.option("--reason", default="", help="For the history.")
@asks
def cancel(run_id: Any, *, api: Api, as_json: bool, reason: str) -> None:
    """End a run now; what it waits for is withdrawn."""
    _show(api.post(f"/runs/{run_id}/cancel", {"reason": reason}), as_json=as_json)


@runs.command()
@click.argument("run_id", metavar="[RUN]", required=False, type=click.UUID)
@click.option("--workflow", "named", type=Named("workflow"), help="Without RUN: runs of this workflow alone.")
@asks
def tail(run_id: Any, *, api: Api, as_json: bool, named: str | None) -> None:
    """Follow one run's steps to its end, or new runs as they come, until Ctrl+C. With --json, one line each."""
    if run_id is not None:
        _follow(api, str(run_id), as_json=as_json)
        return
    query = {"workflow_id": finding.workflow(api, named)["id"]} if named else {}
    for row in following.new_runs(api, query):
        if as_json:
            speaking.line(row)
        else:
            click.echo(
                speaking.one_line(row[column] for column in ("created_at", "state", "id", "workflow_name", "title"))
            )


def _follow(api: Api, run_id: str, *, as_json: bool) -> None:
    for what in following.one_run(api, run_id):
        if as_json:
            speaking.line(what)
        elif what["kind"] == "step":
            click.echo(speaking.one_line((what["at"], what["state"], what["node"], what["path"], what["error"])))
        else:
            click.echo(speaking.one_line((what["at"], what["state"], "run", what["waiting_for"], what["error"])))
    if api.get(f"/runs/{run_id}")["state"] in FAILED:
        click.get_current_context().exit(Exit.DIFFERS)


def _show_plan(plan: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        speaking.document(plan)
    else:
        speaking.table(plan["steps"], PLAN_COLUMNS, empty="No step would run.")
        for problem in plan["problems"]:
            click.echo(speaking.one_line((f"{problem['path']}:", problem["message"], f"[{problem['code']}]")))
        if plan["possible"]:
            click.echo(f"\nTo run exactly this: --plan {plan['hash']}")
    if not plan["possible"]:
        click.get_current_context().exit(Exit.DIFFERS)


def _show(run: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        speaking.document(run)
        return
    speaking.table([run], (*COLUMNS, "version", "waiting_for"), empty="")
    if run["error"]:
        click.echo(speaking.one_line((f"\n{run['error']['code']}:", run["error"]["message"])))
    click.echo()
    speaking.table(run["steps"], STEP_COLUMNS, empty="No step has run yet.")
