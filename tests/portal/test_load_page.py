"""Settings, Approval load: figures, orders, files, and the ways into the inbox; for admins alone."""

import csv
import io

from studio.core import ids
from tests.factories.approvals import decide

PAGE = "/settings/approval-load"


def admin(shop):
    return shop.browser(shop.tenant["admin"])


def test_an_empty_page_says_what_it_will_show_and_where_to_look(shop):
    page = admin(shop).get(PAGE).text
    assert "Nothing to show for this time" in page
    assert "days=90" in page
    assert "Download CSV" not in page


def test_who_waits_for_whom_leads_into_the_inbox(shop):
    workflow_id = str(ids.new_id())
    context = {"workflow_id": workflow_id, "workflow_name": "Refunds", "run_title": "order 1"}
    first = shop.ask(shop.jonas, context=context, title="Refund one")
    shop.ask(shop.lena, title="Refund two")
    decide(shop.database, shop.tenant, shop.jonas, first)
    shop.ask(shop.jonas, context=context, title="Refund three")
    browser = admin(shop)
    page = browser.get(PAGE).text
    there = f"/inbox?of=all&amp;asked={shop.jonas.user_id}"
    assert there in page
    listed = browser.get(there.replace("&amp;", "&")).text
    assert "Refund three" in listed
    assert "Refund two" not in listed
    assert "Asked of Jonas Weber" in listed
    assert f"/inbox?of=all&amp;workflow={workflow_id}" in browser.get(f"{PAGE}?by=workflow").text
    assert 'aria-sort="descending"' in browser.get(f"{PAGE}?sort=median").text


def test_the_file_says_the_same(shop):
    decide(shop.database, shop.tenant, shop.jonas, shop.ask(shop.jonas))
    answer = admin(shop).get(f"{PAGE}.csv?days=7")
    assert answer.content_type.startswith("text/csv")
    assert "approval-load-person-7-days-" in answer.headers["Content-Disposition"]
    [row] = csv.DictReader(io.StringIO(answer.text))
    assert (row["name"], row["answered"], row["expired"]) == ("Jonas Weber", "1", "0.000")


def test_words_that_mean_nothing_ask_for_the_usual_and_others_see_nothing(shop):
    assert admin(shop).get(f"{PAGE}?by=planet&days=0&sort=%00").status_code == 200
    for role in ("builder", "auditor", "approver"):
        browser = shop.browser(shop.tenant[role])
        assert [browser.get(PAGE + end).status_code for end in ("", ".csv")] == [403, 403]
