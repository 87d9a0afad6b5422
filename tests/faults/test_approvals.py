"""One decision an approval (I5), wherever a process dies while people are asked and answer."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from tests.faults.approving import Browser
from tests.faults.drill import eventually

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(180)]
_numbers = count(1)


def begin(approving, label=""):
    """Processes that will die at the point once lay() was called."""
    approving.drill.resume(FAULT=label)
    return f"a-{next(_numbers)}"


def ask_and_die(approving, label):
    order = begin(approving, label)
    approving.drill.lay()
    approving.asked(order)
    approving.drill.died()
    assert approving.decide("jonas", approving.request_of(order), "approved") == [200]
    approving.closed(order, "approved")


def decide_and_die(approving, label):
    """The answer that was lost is given again to whoever asks again."""
    order = begin(approving, label)
    request_id = approving.asked(order)
    approving.drill.lay()
    tried = approving.decide("jonas", request_id, "approved")
    assert (tried[0], tried[-1]) == (None, 200)
    approving.closed(order, "approved")
    assert approving.decide("lena", request_id, "approved") == [409]


def expire_and_die(approving, label):
    order = begin(approving, label)
    request_id = approving.asked(order)
    approving.drill.lay()
    approving.late(request_id)
    approving.drill.died()
    approving.closed(order, "expired")


def send_back_and_die(approving, label):
    order = begin(approving, label)
    request_id = approving.asked(order)
    approving.drill.lay()
    tried = approving.decide("lena", request_id, "changes_requested")
    assert (tried[0], tried[-1]) == (None, 200)
    approving.closed(order, "changes_requested")


def vote_and_die(approving, label):
    """The first of two who have to agree: their vote is there once, and the second one ends it once."""
    order = begin(approving, label)
    request_id = approving.asked(order)
    approving.need_all(request_id)
    approving.drill.lay()
    tried = approving.decide("jonas", request_id, "approved")
    assert (tried[0], tried[-1]) == (None, 200)
    assert approving.decisions(request_id) == []
    assert approving.recorded(request_id, "approval.voted") == 1
    assert approving.decide("lena", request_id, "approved") == [200]
    approving.closed(order, "approved")


def await_changes_and_die(approving, label):
    """Asked for, set aside, asked for again, revised, decided: each of it once, wherever the process dies."""
    order = begin(approving, label)
    request_id = approving.asked(order)
    approving.wait_for_versions(request_id)
    approving.drill.lay()
    tried = approving.decide("jonas", request_id, "changes_requested")
    assert approving.standing(request_id) == ("changes_requested", 1, 1)
    tried += approving.insist("owner", f"/approvals/{request_id}/dismiss", {"reason": "It is there."}, key=f"{order}-d")
    assert approving.standing(request_id) == ("pending", 1, 1)
    approving.decide("jonas", request_id, "changes_requested")
    body = {"shown": approving.shown(request_id), "facts": [["Receipt", "R-1"]], "note": "Added."}
    tried += approving.insist("owner", f"/approvals/{request_id}/revise", body, key=f"{order}-r")
    assert None in tried, tried
    assert set(tried) == {None, 200}, tried
    assert approving.standing(request_id) == ("pending", 2, 2)
    for action, times in (("changes_requested", 2), ("changes_dismissed", 1), ("revised", 1)):
        assert approving.recorded(request_id, f"approval.{action}") == times
    eventually(lambda: len(approving.mails(f"Changed: {order}")) == 2, approving.drill.log)
    assert approving.decide("jonas", request_id, "approved") == [200]
    approving.closed(order, "approved")


def nudge_and_die(approving, label):
    """Reminded once, though whoever asked for it heard nothing the first time."""
    order = begin(approving, label)
    request_id = approving.asked(order)
    approving.drill.lay()
    tried = approving.insist("owner", f"/approvals/{request_id}/remind", {}, key=order)
    assert (tried[0], tried[-1]) == (None, 200)
    assert approving.recorded(request_id, "approval.reminded") == 1
    eventually(lambda: len(approving.mails(f"Reminder: {order}")) == 2, approving.drill.log)
    assert approving.decide("jonas", request_id, "approved") == [200]
    approving.closed(order, "approved")


def bypass_and_die(approving, label):
    order = begin(approving, label)
    request_id = approving.asked(order)
    approving.drill.lay()
    body = {"shown": approving.shown(request_id), "reason": "Urgent."}
    approving.prove_for_bypass(request_id, body["shown"])
    tried = approving.insist("owner", f"/approvals/{request_id}/bypass", body, key=order)
    assert (tried[0], tried[-1]) == (None, 200)
    assert approving.recorded(request_id, "approval.bypassed") == 1
    assert approving.decide("jonas", request_id, "approved") == [409]
    approving.closed(order, "bypassed")


def hand_on_and_die(approving, label):
    order = begin(approving, label)
    request_id = approving.asked(order)
    approving.drill.lay()
    body = {"to": str(approving.people["mara"].user_id), "note": "Yours."}
    tried = approving.insist("jonas", f"/approvals/{request_id}/reassign", body, key=order)
    assert (tried[0], tried[-1]) == (None, 200)
    assert approving.recorded(request_id, "approval.reassigned") == 1
    assert approving.link("mara", order)
    assert approving.decide("jonas", request_id, "approved") == [409]
    assert approving.decide("mara", request_id, "declined") == [200]
    approving.closed(order, "declined", asked=("jonas", "lena", "mara"))


def apply_and_die(approving, label):
    """Their group has gained Mara since, and what is open follows it: she is asked once, wherever the process dies."""
    order = begin(approving, label)
    request_id = approving.asked(order)
    with approving.group_gains("mara") as (group_id, shown):
        approving.drill.lay()
        body = {"shown": shown, "requests": [str(request_id)]}
        tried = approving.insist("owner", f"/approver-groups/{group_id}/open-changes", body, key=order)
        assert (tried[0], tried[-1]) == (None, 200)
        assert approving.recorded(request_id, "approval.group_applied") == 1
        eventually(lambda: len(approving.mails(f"Decide: {order}")) == 3, approving.drill.log)
        assert approving.decide("mara", request_id, "approved") == [200]
        approving.closed(order, "approved", asked=("jonas", "lena", "mara"))


def escalate_and_die(approving, label):
    """On it, then escalated, then the last word: each of it once, wherever the process dies."""
    order = begin(approving, label)
    request_id = approving.asked(order)
    approving.escalating(request_id)
    if label.startswith("acknowledge"):
        approving.drill.lay()
    tried = approving.insist("jonas", f"/approvals/{request_id}/acknowledge", {}, key=order)
    assert (tried[0], tried[-1]) == (None if label.startswith("acknowledge") else 200, 200)
    assert approving.step(request_id) == (0, True)
    if label.startswith("escalate"):
        approving.drill.lay()
    for step, on_it in ((0, False), (1, False)):
        approving.next_step(request_id)
        eventually(lambda s=step, o=on_it: approving.step(request_id) == (s, o), approving.drill.log)
    approving.drill.died()
    eventually(lambda: len(approving.mails(f"Decide: {order}")) == 3, approving.drill.log)
    approving.next_step(request_id)
    approving.closed(order, "declined", asked=("jonas", "lena", "mara"))
    for action in ("acknowledged", "acknowledgement_ended", "escalated"):
        assert approving.recorded(request_id, f"approval.{action}") == 1


def cancel_and_die(approving, label):
    order = begin(approving, label)
    request_id = approving.asked(order)
    approving.drill.lay()
    path = f"/runs/{approving.drill.run(order).id}/cancel"
    tried = approving.insist("owner", path, {"reason": "Not needed."}, key=order)
    assert (tried[0], tried[-1]) == (None, 200)
    approving.closed(order, "cancelled")
    assert approving.decide("jonas", request_id, "approved") == [409]


def open_the_link_and_die(approving, label):
    """By the link and a code, to a decision; the link of the other one, and this one again, decide nothing more."""
    order = begin(approving, label)
    request_id = approving.asked(order)
    link, other = (approving.link(who, order) for who in ("jonas", "lena"))
    browser, page = Browser(approving), f"/a/decision/{request_id}"
    if label.startswith("code"):
        approving.drill.lay()
    code = newest_code(approving, browser, link, number=2 if label == "code.after_commit" else 1)
    if label.startswith("mailbox"):
        approving.drill.lay()
    opened = browser.press(f"{link}/code", f"{link}/code/check", code=code)
    if not opened.url.endswith(page):  # it was used up by the try whose answer was lost: another one is asked for
        code = newest_code(approving, browser, link)
        assert browser.press(f"{link}/code", f"{link}/code/check", code=code).url.endswith(page)
    if label.startswith("decide"):
        approving.drill.lay()
    browser.press(page, page, outcome="approved", comment="Fine.")
    approving.drill.died()
    approving.closed(order, "approved")
    for used in (link, other):
        assert "This link has ended" in Browser(approving).see(used)
    assert approving.decisions(request_id) == ["approved"]


def newest_code(approving, browser, link, number=1):
    """Ask for one, and wait until so many more have come: each that was committed is mailed, the last one counts."""
    before = len(approving.codes("jonas"))
    browser.press(link, f"{link}/code")
    return eventually(lambda: approving.codes("jonas")[before + number - 1 :], approving.drill.log)[0]


POINTS = [
    ("ask.before_commit", ask_and_die),
    ("decide.before_commit", expire_and_die),
    ("decide.after_commit", expire_and_die),
    ("decide.before_commit", send_back_and_die),
    ("vote.before_commit", vote_and_die),
    ("vote.after_commit", vote_and_die),
    ("hold.before_commit", await_changes_and_die),
    ("hold.after_commit", await_changes_and_die),
    ("dismiss.before_commit", await_changes_and_die),
    ("dismiss.after_commit", await_changes_and_die),
    ("revise.before_commit", await_changes_and_die),
    ("revise.after_commit", await_changes_and_die),
    ("bypass.before_commit", bypass_and_die),
    ("bypass.after_commit", bypass_and_die),
    ("nudge.before_commit", nudge_and_die),
    ("reassign.before_commit", hand_on_and_die),
    ("reassign.after_commit", hand_on_and_die),
    ("apply.before_commit", apply_and_die),
    ("acknowledge.before_commit", escalate_and_die),
    ("acknowledge.after_commit", escalate_and_die),
    ("escalate.before_commit", escalate_and_die),
    ("escalate.after_commit", escalate_and_die),
    ("withdraw.before_commit", cancel_and_die),
    ("withdraw.after_commit", cancel_and_die),
    ("code.before_commit", open_the_link_and_die),
    ("code.after_commit", open_the_link_and_die),
    ("mailbox.before_commit", open_the_link_and_die),
    ("mailbox.after_commit", open_the_link_and_die),
    ("decide.after_commit", open_the_link_and_die),
]
LABELS = {label for label, _ in POINTS}


@pytest.mark.parametrize(("label", "die"), POINTS, ids=[f"{die.__name__}:{label}" for label, die in POINTS])
def test_a_death_at_any_point_of_an_approval(approving_on_postgresql, label, die):
    die(approving_on_postgresql, label)


@pytest.mark.parametrize("label", ["decide.before_commit", "decide.after_commit"])
def test_a_decision_whose_answer_was_lost_is_read_again(approving_on_either, label):
    decide_and_die(approving_on_either, label)


@pytest.mark.parametrize("label", ["", "decide.before_commit", "decide.after_commit"])
def test_two_people_and_double_clicks_at_once(approving_on_either, label):
    """One wins, whoever it is, and each of the others hears what became of it."""
    either = approving_on_either
    order = begin(either, label)
    request_id = either.asked(order)
    if label:
        either.drill.lay()
    clicks = [("jonas", "approved"), ("lena", "declined"), ("jonas", "approved"), ("lena", "declined")]
    with ThreadPoolExecutor(len(clicks)) as pool:
        tried = list(pool.map(lambda click: either.decide(click[0], request_id, click[1]), clicks))
    if label:
        either.drill.died()
    [outcome] = either.decisions(request_id)
    assert [last for *_, last in tried] == [200 if wanted == outcome else 409 for _, wanted in clicks]
    either.closed(order, outcome)
