import sys; sys.path.insert(0, "/work/main")
from datetime import timedelta
import pytest
from tests.portal.conftest import *
from tests.portal.test_browser import address
from tests.factories.approvals import *
from tests.factories.accounts import make_person
from studio.accounts.service import sessions
from studio.approvals import service
@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_shots(shop, address, chromium):
    tom = make_person(shop.database, shop.tenant.id, Role.APPROVER, "Tom Sand")
    make_group(shop.database, shop.tenant, "Refund team", [shop.jonas, shop.lena, tom, shop.tenant["admin"]])
    with shop.database.unit(shop.tenant.id) as uow: now = uow.now
    facts=[("Order","6021, paid 14 November"),("Items","2 × Trail shoe 42"),("Reason","Arrived damaged, photo attached"),("Refunds so far","none in 2 years")]
    rid = shop.ask("group:Refund team", facts=facts, due_at=now+timedelta(hours=1,minutes=5,seconds=40))
    shop.ask(shop.tenant["admin"], title="Set price of “Trail shoe 42” to €39.00, below cost", facts=[], due_at=now+timedelta(hours=3,minutes=41), context={"workflow_name":"Price guard","run_title":"18 items","workflow_id":"01954f6e-7a31-7c56-9a40-000000000001"})
    shop.ask(shop.tenant["admin"], shop.jonas, title="Roll out new checkout", facts=[("Share","25 % of EU store")], due_at=now+timedelta(hours=26))
    shop.ask(shop.tenant["admin"], title="Change payout account", facts=[("Account","DE•• 4417")], due_at=now-timedelta(minutes=12))
    with shop.database.unit() as uow:
        tok,_ = sessions.start(uow, shop.tenant["admin"].user_id, shop.tenant.id)
        tok2,_ = sessions.start(uow, shop.jonas.user_id, shop.tenant.id)
    from flask.sessions import SecureCookieSessionInterface
    s = SecureCookieSessionInterface().get_signing_serializer(shop.app)
    for who,t in (("admin",tok),("jonas",tok2)):
        for name,(w,h) in {"1440":(1440,800),"390":(390,860)}.items():
            ctx = chromium.new_context(viewport={"width":w,"height":h}, color_scheme="light")
            ctx.add_cookies([{"name":"studio","value":s.dumps({"_user_id":t}),"url":address}])
            page = ctx.new_page()
            for path,label in (("/inbox","inbox"),(f"/approvals/{rid}","decision"),(f"/approvals/{rid}/history","history"),(f"/approvals/{rid}/reassign","reassign"),(f"/approvals/{rid}/snooze","snooze"),("/settings/groups","groups")):
                page.goto(address+path); page.wait_for_timeout(150)
                page.screenshot(path=f"/tmp/shots/{label}-{name}-{who}.png", full_page=True)
            ctx.close()
    ctx = chromium.new_context(viewport={"width":390,"height":860}, java_script_enabled=False)
    p = ctx.new_page(); p.goto(address+shop.link_of(shop.jonas)); p.screenshot(path="/tmp/shots/link-390.png")
    p.get_by_role("button", name="Send me").click(); p.screenshot(path="/tmp/shots/code-390.png")
    p.get_by_label("Code").fill(shop.code_of(shop.jonas)); p.get_by_role("button", name="Open the decision").click()
    p.screenshot(path="/tmp/shots/linkdecision-390.png", full_page=True)
