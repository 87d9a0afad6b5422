"""The engine's tables."""

from studio.runtime.models.archives import ArchivedLabel, ArchivedRun, ArchivePlace, RunArchive
from studio.runtime.models.batches import RunBatch, RunBatchItem
from studio.runtime.models.erasures import CustomerErasure
from studio.runtime.models.flow import RateState, WorkspaceLimit
from studio.runtime.models.gathering import Gathering
from studio.runtime.models.halts import Halt
from studio.runtime.models.insights import (
    RunColumns,
    RunErrorTally,
    RunFacet,
    RunLabel,
    RunOpen,
    RunTally,
    RunView,
    RunWalk,
    StepTally,
    TallyZone,
)
from studio.runtime.models.ledger import IN_ORDER, Blob, Event, EventDedup, Resolution, Run, Step, WaitRow
from studio.runtime.models.retention import RetentionRule, RetentionState
from studio.runtime.models.search import RunSearch
from studio.runtime.models.sources import EventSource, SourceEvent
from studio.runtime.models.stages import VersionStage
from studio.runtime.models.tags import WorkflowTag
from studio.runtime.models.things import KvEntry, LoopLease, RunNote, WorkerProcess
from studio.runtime.models.workflows import TriggerSubscription, Workflow, WorkflowVersion, trigger_settings

__all__ = [
    "IN_ORDER",
    "ArchivePlace",
    "ArchivedLabel",
    "ArchivedRun",
    "Blob",
    "CustomerErasure",
    "Event",
    "EventDedup",
    "EventSource",
    "Gathering",
    "Halt",
    "KvEntry",
    "LoopLease",
    "RateState",
    "Resolution",
    "RetentionRule",
    "RetentionState",
    "Run",
    "RunArchive",
    "RunBatch",
    "RunBatchItem",
    "RunColumns",
    "RunErrorTally",
    "RunFacet",
    "RunLabel",
    "RunNote",
    "RunOpen",
    "RunSearch",
    "RunTally",
    "RunView",
    "RunWalk",
    "SourceEvent",
    "Step",
    "StepTally",
    "TallyZone",
    "TriggerSubscription",
    "VersionStage",
    "WaitRow",
    "WorkerProcess",
    "Workflow",
    "WorkflowTag",
    "WorkflowVersion",
    "WorkspaceLimit",
    "trigger_settings",
]
