"""The inbox's address: what it says becomes filters, and filters become an address again."""

from datetime import datetime
from typing import Any

from flask import request, url_for

from studio.accounts.identity import Person
from studio.approvals.service.listing import Due, Filters, Tab
from studio.approvals.wall_clock import day_end
from studio.core import ids

LONGEST_SEARCH = 200


def filters(tab: Tab, person: Person, now: datetime) -> Filters:
    """What the request's address asks for. Words that mean nothing here ask for nothing."""
    due = request.args.get("due")
    everybody = request.args.get("of") == "all" and person.may("approval.read_all")
    return Filters(
        tab=tab,
        search=request.args.get("q", "").strip()[:LONGEST_SEARCH],
        workflow_id=ids.parse_id(request.args.get("workflow", "")),
        requester=request.args.get("requester", "").strip().lower()[:LONGEST_SEARCH] or None,
        due=Due(due) if due in set(Due) and tab is Tab.PENDING else None,
        day_ends=day_end(now, person.time_zone),
        asked=ids.parse_id(request.args.get("asked", "")) if everybody else None,
        group=request.args.get("group", "").strip()[:LONGEST_SEARCH] or None,
        escalated=request.args.get("escalated") == "yes" and tab is Tab.PENDING,
        everybody=everybody,
        after=request.args.get("after"),
    )


def tab() -> Tab:
    """Which tab the request's address names."""
    name = request.args.get("tab")
    return Tab(name) if name in set(Tab) else Tab.PENDING


def parts(filters: Filters, **changed: Any) -> dict[str, Any]:
    """The same list as parts of an address, with something changed; without `after` it is the first page."""
    said = {
        "tab": filters.tab.value if filters.tab is not Tab.PENDING else None,
        "q": filters.search or None,
        "workflow": filters.workflow_id,
        "requester": filters.requester,
        "due": filters.due,
        "asked": filters.asked,
        "group": filters.group,
        "escalated": "yes" if filters.escalated else None,
        "of": "all" if filters.everybody else None,
    }
    return said | changed


def address(filters: Filters, **changed: Any) -> str:
    """The address of the same list with something changed."""
    return url_for("portal.inbox", **parts(filters, **changed))
