"""The words of the one mail a day: what waits, and what has been settled since the last one."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from studio.approvals.letters import Letter, became, in_thread, laid_out, quoted
from studio.approvals.models import Comment, Decision, Request


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of a digest that asks."""

    request: Request
    link: str
    due: str | None
    changed: bool = False
    """It was worded anew since the last mail."""


@dataclass(frozen=True, slots=True)
class Settled:
    """One line of a digest that tells."""

    request: Request
    decision: Decision | None
    """None: it was taken back."""


def digest(
    waiting: Sequence[Waiting],
    settled: Sequence[Settled],
    inbox: str,
    *,
    more: bool,
    aside: Sequence[tuple[Request, Comment]] = (),
    threads: Sequence[tuple[Request, Comment]] = (),
) -> Letter:
    """To somebody who wants one mail a day. `aside`: where they asked for changes that are awaited no more.

    `threads`: what was said in threads that concern them.
    """
    entries = [(f"{one.request.title} ({_until(one)})", one.link) for one in waiting]
    done = [f"{one.request.title}: {_became(one)}".strip() for one in settled]
    lifted = [
        _("%(title)s: %(by)s set the changes aside that you asked for. “%(reason)s”",
          title=request.title, by=said.author, reason=said.text)
        for request, said in aside
    ]  # fmt: skip
    talked = [
        f"{request.title}: {in_thread(said)} {_('“%(reason)s”', reason=said.text) if said.text else ''}".strip()
        for request, said in threads
    ]
    count = len(waiting)
    many = ngettext("%(count)s decision waits for you", "%(count)s decisions wait for you", count, count=count)
    title = many if count else _("Nothing waits for you")
    head = [_("Settled since the last mail:")] if done else []
    return laid_out(
        title,
        [],
        title=title,
        entries=entries,
        after=[_("There is more in your inbox.") if more else "", *lifted, *talked, *head, *done],
        link=(_("Open the inbox"), inbox),
        small=_("Opening a link decides nothing. They are meant for you alone; do not forward this mail."),
    )


def _until(one: Waiting) -> str:
    until = str(_("until %(due)s", due=one.due) if one.due else _("no deadline"))
    return f"{_('changed')}, {until}" if one.changed else until


def _became(one: Settled) -> str:
    if one.decision is None:
        return f"{_('It was taken back.')} {one.request.close_reason or ''}"
    return f"{became(one.decision)} {quoted(one.decision)}"
