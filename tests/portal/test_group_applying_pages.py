"""Settings, a group and what is open: who comes and goes is shown, chosen, applied, or refused with the reason."""

import re

from studio.approvals.service import groups
from tests.factories.approvals import decide, make_group, share_of

SHOWN = re.compile(r'name="shown"[^>]*value="([0-9a-f]{64})"')


def put(shop, team, *members):
    with shop.database.unit(shop.tenant.id, shop.tenant["admin"].actor) as uow:
        groups.set_members(uow, team, [one.user_id for one in members])


def test_what_is_open_follows_a_group_only_where_somebody_chooses_it(shop):
    admin, owner = shop.browser(shop.tenant["admin"]), shop.tenant["owner"]
    team = make_group(shop.database, shop.tenant, "Refund team", [shop.jonas, shop.lena])
    here = f"/settings/groups/{team}/open"
    follows, keeps = (shop.ask("group:Refund team", title=title) for title in ("First", "Second"))
    assert "Nothing to apply" in admin.get(here).text
    saved = admin.post(f"/settings/groups/{team}", data={"name": "Refund team",
                       "members": [str(shop.jonas.user_id), str(owner.user_id)]}, follow_redirects=True)  # fmt: skip
    assert "keep whom they asked, until you apply it to them" in saved.text
    assert f'href="{here}"' in admin.get(f"/settings/groups/{team}").text
    page = admin.get(here).text
    assert all(word in page for word in ("First", "Second", owner.name, "Lena Vogt", "stays open"))
    seen = SHOWN.search(page)[1]
    assert page.count('name="shown"') == 1
    assert "Choose the requests" in admin.post(here, data={"shown": seen}, follow_redirects=True).text
    done = admin.post(here, data={"shown": seen, "pick": [str(follows)]}, follow_redirects=True).text
    assert "1 request follows the group now" in done
    assert ("Second" in done, "First" in done) == (True, False)
    assert share_of(shop.database, shop.tenant, follows, owner).state == "open"
    assert share_of(shop.database, shop.tenant, follows, shop.lena).state == "withdrawn"
    assert share_of(shop.database, shop.tenant, keeps, shop.lena).state == "open"
    assert "First" in shop.mail_to(owner).subject
    assert "No longer yours to decide" in shop.mail_to(shop.lena).subject


def test_what_cannot_follow_says_why_and_a_group_that_changed_again_applies_nothing(shop, everything):
    admin = shop.browser(shop.tenant["admin"])
    team = make_group(shop.database, shop.tenant, "Refund team", [shop.jonas, shop.lena])
    here = f"/settings/groups/{team}/open"
    request_id = shop.ask("group:Refund team")
    decide(shop.database, shop.tenant, shop.jonas, shop.ask("group:Refund team", title="Over already"))
    put(shop, team)
    page = admin.get(here).text
    assert "Nobody would be left who may decide" in page
    assert ('name="pick"' in page, "Apply to the chosen ones" in page, "Over already" in page) == (False,) * 3
    seen = SHOWN.search(page)[1]
    put(shop, team, shop.lena)
    before = everything()
    late = admin.post(here, data={"shown": seen, "pick": [str(request_id)]}, follow_redirects=True)
    assert "Nothing was applied" in late.text
    foreign = admin.post(here, data={"shown": SHOWN.search(late.text)[1], "pick": [str(team)]})
    assert foreign.status_code == 404
    assert everything() == before
    assert shop.browser(shop.jonas).get(here).status_code == 403
