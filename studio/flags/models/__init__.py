"""Tables of flags."""

from studio.flags.models.clients import FlagApplication, FlagClientKey, FlagUsage
from studio.flags.models.environments import FlagEnvironment
from studio.flags.models.flags import Flag, FlagSetting, FlagVersion
from studio.flags.models.segments import FlagSegment, FlagSegmentVersion

__all__ = [
    "Flag",
    "FlagApplication",
    "FlagClientKey",
    "FlagEnvironment",
    "FlagSegment",
    "FlagSegmentVersion",
    "FlagSetting",
    "FlagUsage",
    "FlagVersion",
]
