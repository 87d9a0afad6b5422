"""An admin looks at what waits and who works, while a worker is there and a workflow is paused."""

import pytest

from tests.e2e.looks import flaws

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


def test_an_admin_sees_the_worker_that_is_there(studio, sit_down):
    page = studio.sign_in(sit_down(), "Mira")
    page.goto(studio.url + "/settings/workers")
    for _ in range(30):
        if page.get_by_text("Timers turn").count() and page.get_by_text("Works", exact=True).count():
            break
        page.wait_for_timeout(1_500)  # the worker says that it is there within five seconds
        page.reload()
    assert page.get_by_text("turns the timers").is_visible()
    assert page.get_by_role("heading", name="Not as it should be").count() == 0
    assert flaws(page) == []
