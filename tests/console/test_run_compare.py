"""A run beside another: with the one that it names, else the last that succeeded; which steps differ and in what."""

from html import unescape

from tests.factories.accounts import make_token, with_token


def test_steps_that_differ_are_told_with_their_fields(browser, looped):
    before, after = looped(2, output={"a": 1, "b": 2}), looped(3, failed=1, output={"a": 1, "b": 3})
    page = unescape(browser.get(f"/runs/{after}/compare").text)
    assert f'value="{before}"' in page
    assert "3 steps differ." in page
    assert "1 is alike, 1 differs" in page
    assert page.count("<del>3</del> <ins>2</ins>") == 2
    assert page.count("Not reached") == 1
    assert "All steps ended alike and gave the same." in browser.get(f"/runs/{after}/compare?with={after}").text


def test_without_another_it_says_what_to_do_and_odd_ids_are_refused(browser, looped):
    run_id = looped(1)
    assert "Nothing to compare it with yet" in browser.get(f"/runs/{run_id}/compare").text
    for odd in ("x", "01a21f1e-0291-75f3-afde-6279be756ae1"):
        answer = browser.get(f"/runs/{run_id}/compare?with={odd}")
        assert (answer.status_code, 'role="alert"' in answer.text) == (404, True)


def test_the_api_compares_them_too(app, tenant, looped):
    before, after = looped(2, output={"a": 1, "b": 2}), looped(3, failed=1, output={"a": 1, "b": 3})
    api = with_token(app, make_token(app, tenant, "owner", ["runs:read"]))
    found = api.get(f"/api/v1/runs/{after}/comparison").json
    assert (found["one"]["id"], found["other"]["id"], found["differing"]) == (str(after), str(before), 3)
    gave = [step["output"]["differences"] for step in found["steps"] if step["output"]]
    assert {"path": "b", "kind": "changed", "before": 3, "after": 2} in [one for some in gave for one in some]
    assert [step["other_state"] for step in found["steps"] if step["differs"]].count(None) == 1
    alike = api.get(f"/api/v1/runs/{after}/comparison?other_id={after}").json
    assert (alike["differing"], alike["received"]["differences"]) == (0, [])
    refused = api.get(f"/api/v1/runs/{after}/comparison?other_id=01a21f1e-0291-75f3-afde-6279be756ae1")
    assert refused.status_code == 404
    alone = api.get(f"/api/v1/runs/{before}/comparison")
    assert (alone.status_code, alone.json["code"]) == (404, "run.no_counterpart")
