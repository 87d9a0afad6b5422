"""A process that is on an alert in somebody's name, where arguments say so, and does the jobs that are due:
`python -m tests.faults.alert_worker [ALERT USER WORKSPACE]`."""

import sys
from uuid import UUID

from benchmarks import seeding
from studio.core import outbox, settings
from studio.core.actor import Actor, ActorType
from studio.oversight.alerts import verbs


def main() -> None:
    with seeding.application(settings.load()) as app:
        database = app.extensions["studio_database"]
        if sys.argv[1:]:
            alert_id, user_id, workspace_id = map(UUID, sys.argv[1:])
            actor = Actor(ActorType.USER, str(user_id), "Olga", user_id, "owner")
            with database.unit(workspace_id, actor) as uow:
                verbs.acknowledge(uow, alert_id)
        while outbox.drain(database):
            pass


if __name__ == "__main__":
    main()
