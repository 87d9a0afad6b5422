"""Amounts as Stripe counts them: whole numbers of a currency's smallest part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.connectors.definitions.stripe import money
from studio.connectors.errors import ApiError

CURRENCIES = ("EUR", "jpy", "KWD", "USD")


@given(amount=st.integers(1, 10**11 - 1), currency=st.sampled_from(CURRENCIES))
def test_an_amount_goes_there_and_back(amount, currency):
    assert money.units(money.text(amount, currency), currency, "amount") == amount


@given(amount=st.text(max_size=40), currency=st.sampled_from(CURRENCIES))
def test_no_text_is_taken_for_another_amount(amount, currency):
    try:
        found = money.units(amount, currency, "amount")
    except ApiError:
        return
    assert float(money.text(found, currency)) == pytest.approx(float(amount.strip()))


@pytest.mark.parametrize("amount", ["0", "-1", "1.001", "NaN", "sNaN", "1e99", "ten", "", "Infinity"])
def test_what_is_no_amount_is_refused_with_its_field(amount):
    for text, currency in ((amount, "EUR"), ("1.5", "JPY")):
        with pytest.raises(ApiError) as refused:
            money.units(text, currency, "amount")
        assert (refused.value.code, refused.value.field) == ("stripe.amount", "amount")
