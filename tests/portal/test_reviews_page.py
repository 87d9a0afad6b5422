"""Access reviews on their pages: started by an admin, answered by reviewers, read as a report."""

import csv
import io
from datetime import timedelta
from uuid import UUID

from studio.accounts.models import Seat
from studio.core import clock
from tests.factories.reviews import item_about, make_review

PAGE = "/settings/access-reviews"


def in_days(days):
    return (clock.local_now() + timedelta(days=days)).date().isoformat()


def test_an_admin_starts_one_a_reviewer_answers_and_the_report_says_so(shop):
    tenant = shop.tenant
    admin, reviewer = shop.browser(tenant["admin"]), shop.browser(shop.jonas)
    assert "No reviews yet" in admin.get(PAGE).text
    form = {"name": "Spring review", "scope": "approvers", "due": in_days(10), "silence": "keep",
            "people": [str(shop.jonas.user_id)], "group": "", "every_months": "6"}  # fmt: skip
    made = admin.post(PAGE, data=form)
    assert made.status_code == 302
    assert "0 of 3" in admin.get(made.location).text
    waiting = reviewer.get("/inbox").text
    assert "2 seats wait for your review." in waiting
    page = reviewer.get("/reviews").text
    assert "Lena Vogt" in page
    assert "Jonas Weber</h3>" not in page
    review_id = UUID(made.location.rsplit("/", 1)[1])
    item = item_about(shop.database, tenant, review_id, shop.lena)
    there = f"/reviews/{item.id}"
    refused = reviewer.post(there, data={"answer": "remove", "shown": "approver", "reason": " "})
    assert refused.status_code == 422
    assert "Say why: the report shows it." in refused.text
    for nonsense in ({"answer": "burn", "shown": "approver"}, {"answer": "keep", "shown": "king"}, {}):
        assert reviewer.post(there, data=nonsense | {"reason": "x"}).status_code == 422
    assert reviewer.post(there, data={"answer": "remove", "shown": "approver", "reason": "=1+1"}).status_code == 302
    with shop.database.unit(tenant.id, read_only=True) as uow:
        assert uow.session.get_one(Seat, shop.lena.seat_id).disabled_at is not None
    own = item_about(shop.database, tenant, review_id, shop.jonas)
    assert (
        reviewer.post(f"/reviews/{own.id}", data={"answer": "keep", "shown": "approver", "reason": "Me"}).status_code
        == 403
    )
    asked = admin.post(f"{PAGE}/seats/{own.id}/reviewer", data={"reviewer": str(tenant["builder"].user_id)})
    assert asked.location == made.location
    report = admin.get(made.location).text
    assert "Taken away" in report
    assert "1 of 3" in report
    rows = list(csv.DictReader(io.StringIO(admin.get(f"{made.location}.csv").text)))
    assert {row["person"]: row["reason"] for row in rows}["Lena Vogt"] == "'=1+1"
    assert admin.post(f"{made.location}/stop-repeating").status_code == 302
    assert admin.post(f"{made.location}/call-off").status_code == 302
    assert "Called off" in admin.get(PAGE).text
    assert "Nothing to review" in reviewer.get("/reviews").text


def test_what_cannot_be_is_said_beside_its_field(shop):
    admin = shop.browser(shop.tenant["admin"])
    form = {"name": "Spring", "scope": "all", "due": in_days(10), "silence": "keep", "group": ""}
    for changed, sentence in (
        ({}, "Say who reviews."),
        ({"due": "2020-01-01", "inviters": "y"}, "Choose a day from today on"),
        ({"due": "", "inviters": "y"}, "Choose a day."),
        ({"every_months": "99", "inviters": "y"}, "Number must be between 1 and 24."),
    ):
        answer = admin.post(PAGE, data=form | changed)
        assert (answer.status_code, sentence in answer.text) == (422, True)


def test_auditors_read_reports_and_start_nothing(shop):
    review_id = make_review(shop.database, shop.tenant, [shop.tenant["owner"]])
    auditor = shop.browser(shop.tenant["auditor"])
    page = auditor.get(f"{PAGE}/{review_id}").text
    assert "Spring review" in page
    assert "Call off" not in page
    assert "New review" not in auditor.get(PAGE).text
    assert auditor.post(f"{PAGE}/{review_id}/call-off").status_code == 403
    assert shop.browser(shop.jonas).get(PAGE).status_code == 403
