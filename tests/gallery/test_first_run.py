"""The first start makes a demo and says how to sign in, once; every start says where to go and what to send."""

import json
import shlex

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from studio import first_run
from studio.accounts.models import Workspace
from studio.core.settings import Settings
from studio.gallery.commands import demo, setup
from studio.gallery.demo_orders import orders
from studio.runtime.models import Run
from tests.fixtures.app import close_app, open_app


@pytest.fixture
def sent(capsys: pytest.CaptureFixture[str]):
    """What a start prints, and the words of its curl line."""

    def start(settings: Settings) -> tuple[str, list[str]]:
        first_run.announce(settings)
        printed = capsys.readouterr().out
        return printed, shlex.split(printed[printed.index("curl ") :].replace("\\\n", ""))

    return start


def test_the_first_start_installs_what_the_second_finds(store_settings: Settings, sent) -> None:
    printed, words = sent(store_settings)
    again, more = sent(store_settings)
    assert printed.count("@nordlicht.example") == 6
    assert "passwords are shown this once" in printed
    assert "nordlicht" not in again
    assert more[1] == words[1]
    assert more[-1] != words[-1]  # a refund of its own, so that it is no duplicate
    app = open_app(store_settings)
    path = words[1].removeprefix(store_settings.public_url)
    assert app.test_client().post(path, json=json.loads(words[-1])).status_code == 202
    database, engine = app.extensions["studio_database"], app.extensions["studio_engine"]
    engine.executor.drain("main")
    with database.unit() as uow:
        workspace_id = uow.session.scalars(select(Workspace.id)).one()
    with database.unit(workspace_id) as uow:
        run = uow.session.scalars(select(Run)).one()
    assert (run.title, run.state, run.waiting_for) == ("Refund €420.00 for order #6021", "waiting", "approval")
    engine.stop()
    close_app(app)


def test_demo_orders_vary(store_settings: Settings) -> None:
    made = orders()
    assert len({order["refund"]["id"] for order in made}) == 20
    amounts = [float(order["refund"]["amount"]) for order in made]
    assert min(amounts) < 400 < max(amounts)
    assert {order["currency"] for order in made} == {"EUR", "USD"}


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_setup_makes_an_owner_and_no_demo(store_settings: Settings, sent) -> None:
    environment = {"STUDIO_DATA": str(store_settings.data_dir), "STUDIO_DATABASE_URL": store_settings.database_url}
    words = ["--email", "Ola@Example.com", "--name", "Ola", "--workspace", "North", "--currency", "sek"]
    done = CliRunner().invoke(setup, [*words, "--time-zone", "Europe/Stockholm"], env=environment)
    assert done.exit_code == 0, done.output
    assert "sign in as ola@example.com" in done.output
    again = CliRunner().invoke(setup, [*words, "--time-zone", "UTC"], env=environment)
    assert "There is a workspace already" in again.output
    first_run.announce(store_settings)
    empty = CliRunner().invoke(demo, [], env=environment)
    assert "Use it from the gallery first" in empty.output
