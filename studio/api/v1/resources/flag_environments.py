"""Environments of flags: the places in which they are evaluated."""

from studio.api.v1.operations import operation
from studio.api.v1.resources.flags import TAG
from studio.api.v1.shapes import flags as shapes
from studio.api.v1.shapes.common import ListOf
from studio.core.unit_of_work import UnitOfWork
from studio.flags.service import environments, finding

ALL = "/flag-environments"
ONE = f"{ALL}/<environment>"


@operation("GET", ALL, tag=TAG, needs="flag.read", answer=ListOf[shapes.EnvironmentInfo])
def list_flag_environments(uow: UnitOfWork) -> ListOf[shapes.EnvironmentInfo]:
    """All of them, in the order in which pages show them. There are none before the first flag."""
    return _all(uow)


@operation("POST", ALL, tag=TAG, needs="flag.manage", body=shapes.NewEnvironment, answer=shapes.EnvironmentInfo,
           status=201, conflicts=True)  # fmt: skip
def create_flag_environment(uow: UnitOfWork, body: shapes.NewEnvironment) -> shapes.EnvironmentInfo:
    """Add one, at the end. Every flag is off in it."""
    row = environments.add(uow, name=body.name, title=body.title, kind=body.kind)
    return shapes.EnvironmentInfo.model_validate(row)


@operation("PUT", ALL, tag=TAG, needs="flag.manage", body=shapes.EnvironmentOrder,
           answer=ListOf[shapes.EnvironmentInfo])  # fmt: skip
def order_flag_environments(uow: UnitOfWork, body: shapes.EnvironmentOrder) -> ListOf[shapes.EnvironmentInfo]:
    """Say in which order pages show them."""
    environments.order(uow, body.names)
    return _all(uow)


@operation("PUT", ONE, tag=TAG, needs="flag.manage", body=shapes.EnvironmentChange, answer=shapes.EnvironmentInfo)
def rename_flag_environment(
    uow: UnitOfWork, environment: str, body: shapes.EnvironmentChange
) -> shapes.EnvironmentInfo:
    """Give it another title. Its name never changes."""
    row = finding.environment(uow, environment)
    environments.rename(uow, row, body.title)
    return shapes.EnvironmentInfo.model_validate(row)


@operation("DELETE", ONE, tag=TAG, needs="flag.manage", conflicts=True)
def retire_flag_environment(uow: UnitOfWork, environment: str) -> None:
    """Let no client ask for it any longer. Refused while keys open it or rollouts run in it."""
    environments.retire(uow, finding.environment(uow, environment))


def _all(uow: UnitOfWork) -> ListOf[shapes.EnvironmentInfo]:
    rows = environments.listed(uow)
    return ListOf[shapes.EnvironmentInfo](
        data=[shapes.EnvironmentInfo.model_validate(row) for row in rows], next_cursor=None
    )
