"""Orders as a shop sends them, each with a refund that somebody asks for: varied, and the same at every call."""

from decimal import Decimal
from typing import Any

from studio.gallery.installed import numbered

_CUSTOMERS = (
    ("Anna", "Keller"), ("Tomáš", "Novák"), ("Lars", "Holm"), ("Maria", "Rossi"), ("Sofie", "Jensen"),
    ("Piotr", "Zieliński"), ("Chloé", "Martin"), ("João", "Duarte"), ("Emma", "de Vries"), ("Nikos", "Papas"),
)  # fmt: skip
_ITEMS = (
    ("LAMP-TRIPOD", "Tripod floor lamp", "210.00"), ("MUG-STONE", "Stoneware mug", "24.90"),
    ("BLANKET-WOOL", "Wool blanket", "149.00"), ("SOFA-2S", "Two-seat sofa", "1290.00"),
    ("TOWEL-L", "Linen towel", "21.50"), ("DESK-OAK", "Oak desk", "689.00"), ("VASE-M", "Glass vase", "39.95"),
)  # fmt: skip
_REASONS = (
    "Arrived broken", "Not as pictured", "Arrived three weeks late", "Changed their mind",
    "One part is missing", "Was charged twice",
)  # fmt: skip


def orders(count: int = 20) -> list[dict[str, Any]]:
    """So many orders. Amounts lie on both sides of a usual threshold; one is in another currency."""
    return [numbered(_order(place)) for place in range(count)]


def _order(place: int) -> dict[str, Any]:
    first, last = _CUSTOMERS[place % len(_CUSTOMERS)]
    lines = [_line(place, 1 + place % 3), _line(place * 3 + 1, 1)]
    total = sum((Decimal(line["price"]) * line["quantity"] for line in lines), Decimal(0))
    whole = place % 4 == 0
    refund = total if whole else Decimal(lines[0]["price"])
    currency = "USD" if place % 20 == 13 else "EUR"
    email = f"customer{place + 1}@example.com"
    return {
        "id": 5421876600000 + place,
        "name": f"#{6300 + place}",
        "email": email,
        "currency": currency,
        "total_price": f"{total:.2f}",
        "total_price_set": {"shop_money": {"amount": f"{total:.2f}", "currency_code": currency}},
        "customer": {"first_name": first, "last_name": last, "email": email, "orders_count": 1 + place % 9},
        "line_items": lines,
        "refund": {
            "amount": f"{refund:.2f}",
            "currency": currency,
            "reason": _REASONS[place % len(_REASONS)],
            "requested_by": "support@example.com",
        },
    }


def _line(place: int, quantity: int) -> dict[str, Any]:
    sku, title, price = _ITEMS[place % len(_ITEMS)]
    return {"sku": sku, "title": title, "quantity": quantity, "price": price}
