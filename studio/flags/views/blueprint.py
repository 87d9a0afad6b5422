"""The blueprint that this package's pages hang on, and what their addresses name."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint

from studio.core.web import current_uow
from studio.flags.models import Flag, FlagEnvironment
from studio.flags.service import environments, finding, segments

blueprint = Blueprint("flags", "studio.flags")


def named(flag_key: str) -> Flag:
    """The flag of a page's address. Raises NotFound."""
    return finding.flag(current_uow(), flag_key)


def environment_named(name: str) -> FlagEnvironment:
    """The environment of a page's address. Raises NotFound."""
    return finding.environment(current_uow(), name)


def titles() -> Mapping[UUID | None, str]:
    """What people call each environment, the retired ones too."""
    return {one.id: one.title for one in environments.listed(current_uow(), retired=True)}


def segment_names() -> Mapping[int, str]:
    """Names of the workspace's segments by number."""
    return {one.number: one.name for one in segments.listed(current_uow())}
