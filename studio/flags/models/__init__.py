"""Tables of flags."""

from studio.flags.models.clients import FlagApplication, FlagClientKey, FlagUsage
from studio.flags.models.environments import FlagEnvironment
from studio.flags.models.experiments import FlagExperiment, FlagExperimentEvent, FlagExperimentWait
from studio.flags.models.flags import Flag, FlagSetting, FlagVersion
from studio.flags.models.rollouts import FlagRollout, FlagRolloutEvent
from studio.flags.models.segments import FlagSegment, FlagSegmentVersion
from studio.flags.models.studies import FlagExposure, FlagMeasurement, FlagMetric, FlagUnitKey

__all__ = [
    "Flag",
    "FlagApplication",
    "FlagClientKey",
    "FlagEnvironment",
    "FlagExperiment",
    "FlagExperimentEvent",
    "FlagExperimentWait",
    "FlagExposure",
    "FlagMeasurement",
    "FlagMetric",
    "FlagRollout",
    "FlagRolloutEvent",
    "FlagSegment",
    "FlagSegmentVersion",
    "FlagSetting",
    "FlagUnitKey",
    "FlagUsage",
    "FlagVersion",
]
