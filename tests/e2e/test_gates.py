"""A run waits at a gate until somebody has proved who they are with a passkey, in a real browser; then it goes on."""

import pytest
from playwright.sync_api import expect

from studio.core.actor import Actor, ActorType
from studio.guard.policies import service as policies
from studio.guard.policies.fields import PolicyFields
from studio.guard.policies.service import PolicySave
from studio.runtime.models import Workflow
from studio.runtime.service import subscriptions, workflows
from tests.e2e.looks import PHONE, flaws
from tests.e2e.studio import running_studio
from tests.e2e.test_passkeys import authenticator, confirm_by_password, make_passkey

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(240)]
FACTS = {"amount": "{{ trigger.amount }}", "order": "{{ trigger.order }}"}


def refunding(target, email):
    gate = {"protects": "refund.make", "what": "Refund {{ trigger.amount }}", "facts": FACTS, "who": "person"}
    call = {"url": f"{target.url}/refunds", "protects": "refund.make", "protected_facts": FACTS}
    sample = {"amount": "420.00", "order": "1042"}
    return {
        "schema": "studio.workflow/1",
        "name": "Refunds",
        "nodes": [
            {"key": "hook", "type": "trigger.webhook", "name": "Return", "config": {"sample": sample}},
            {"key": "gate", "type": "guard.require", "name": "Gate", "config": gate | {"person": email}},
            {"key": "refund", "type": "action.http", "name": "Refund", "config": call},
        ],
        "edges": [
            {"from": "hook", "port": "next", "to": "gate"},
            {"from": "gate", "port": "passed", "to": "refund"},
        ],
    }


@pytest.fixture
def world(smtp, http_target):
    """Refunds need a passkey, and a workflow that makes them; the address that starts it."""
    made = {}

    def furnish(app, people):
        owner = people[0]
        sofia = next(one for one in people if one.name.startswith("Sofia"))
        actor = Actor(ActorType.USER, str(owner.user_id), owner.name, owner.user_id, owner.role.value)
        keyring = app.extensions["studio_keyring"]
        with app.extensions["studio_database"].unit(owner.workspace_id, actor) as uow:
            fields = PolicyFields.model_validate({"step_up": {"strength": "passkey"}})
            policies.create(uow, PolicySave("refund.make", "Refunds", fields))
            workflow = workflows.create(uow, "Refunds")
            workflows.publish(uow, keyring, workflow, refunding(http_target, sofia.email))
            [hook] = subscriptions.of_workflow(uow, uow.session.get_one(Workflow, workflow.id).id)
            made["path"] = f"/hooks/{subscriptions.address(keyring, hook)}"

    with running_studio(smtp, allowed=f"127.0.0.1:{http_target.port}", furnish=furnish) as running:
        yield running, running.url + made["path"], http_target


def test_a_passkey_opens_the_gate_of_a_run_and_without_its_user_verified_it_stays_shut(world, sit_down):
    studio, hook, target = world
    page = studio.sign_in(sit_down(), "Sofia")
    page.goto(studio.url + "/profile/security")
    verify = authenticator(page, verifies=True)
    page.get_by_role("button", name="Add a passkey").click()
    confirm_by_password(page, studio)
    make_passkey(page, "Laptop")
    expect(page.get_by_role("cell", name="Laptop")).to_be_visible()

    studio.deliver(hook, {"amount": "420.00", "order": "1042"})
    mail = studio.mail_to("Sofia", 2)
    address = next(word for word in mail.split() if "/prove/" in word)
    page.goto(studio.url + "/inbox")
    page.get_by_role("link", name="See what for").click()
    assert flaws(page, PHONE) == []
    page.get_by_role("link", name="Refund 420.00").click()
    assert page.url == address
    expect(page.get_by_text("1042")).to_be_visible()
    assert flaws(page) == []
    assert flaws(page, PHONE) == []
    page.get_by_role("button", name="Prove it is me").click()
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    expect(page.get_by_label("Password")).to_have_count(0)
    verify(False)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("No passkey was used")
    assert target.requests == []
    verify(True)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("You have proved it.")).to_be_visible()
    target.wait_for(1)
    assert [one.path for one in target.requests] == ["/refunds"]
    assert flaws(page) == []


def test_an_assertion_without_user_verification_is_refused_by_the_server(world, sit_down):
    """A page that asks the browser for less: the server looks at what was signed."""
    studio, hook, target = world
    page = studio.sign_in(sit_down(), "Sofia")
    page.goto(studio.url + "/profile/security")
    verify = authenticator(page, verifies=True)
    page.get_by_role("button", name="Add a passkey").click()
    confirm_by_password(page, studio)
    make_passkey(page, "Laptop")
    expect(page.get_by_role("cell", name="Laptop")).to_be_visible()
    studio.deliver(hook, {"amount": "420.00", "order": "1042"})
    mail = studio.mail_to("Sofia", 2)
    page.goto(next(word for word in mail.split() if "/prove/" in word))
    page.get_by_role("button", name="Prove it is me").click()
    expect(page.get_by_role("button", name="Use a passkey")).to_be_visible()
    verify(False)
    page.evaluate("""() => {
      const form = document.querySelector("form[data-passkey]");
      const options = JSON.parse(form.dataset.passkeyOptions);
      options.userVerification = "discouraged";
      form.dataset.passkeyOptions = JSON.stringify(options);
    }""")
    with page.expect_navigation():
        page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert").first).to_contain_text("That did not prove it")
    assert target.requests == []
    page.get_by_role("link", name="Cancel").click()
    page.goto(next(word for word in mail.split() if "/prove/" in word))
    page.get_by_role("button", name="Say no").click()
    expect(page.get_by_text("You said no.", exact=True)).to_be_visible()
