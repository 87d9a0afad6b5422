"""Requests, who was asked, what was decided; groups of approvers; links and codes for a mailbox."""

from studio.approvals import (
    revisions,  # noqa: F401 - its table is of this package
    timetables,  # noqa: F401 - so are its tables
)
from studio.approvals.models.attachment import Attachment
from studio.approvals.models.escalation import Escalation, Turn
from studio.approvals.models.gathered import Gathered
from studio.approvals.models.groups import ApproverGroup, GroupMember
from studio.approvals.models.lock import Lock
from studio.approvals.models.mailbox import Link, LinkCode, MailboxSession
from studio.approvals.models.matrices import ApprovalMatrix, MatrixVersion
from studio.approvals.models.policies import ApprovalPolicy
from studio.approvals.models.request import Request
from studio.approvals.models.said import Comment, Decision, Vote
from studio.approvals.models.share import Assignment, Delegation
from studio.approvals.models.slack import SlackChannel, SlackMember, SlackMessage
from studio.approvals.models.thread import Thread

__all__ = [
    "ApprovalMatrix",
    "ApprovalPolicy",
    "ApproverGroup",
    "Assignment",
    "Attachment",
    "Comment",
    "Decision",
    "Delegation",
    "Escalation",
    "Gathered",
    "GroupMember",
    "Link",
    "LinkCode",
    "Lock",
    "MailboxSession",
    "MatrixVersion",
    "Request",
    "SlackChannel",
    "SlackMember",
    "SlackMessage",
    "Thread",
    "Turn",
    "Vote",
]
