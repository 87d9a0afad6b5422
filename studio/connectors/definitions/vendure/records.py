"""Orders, products and customers as Vendure gives them, cut to what is of use."""

ORDER = """id code state createdAt updatedAt orderPlacedAt currencyCode totalWithTax totalQuantity
customer { id firstName lastName emailAddress phoneNumber }
lines { id quantity unitPriceWithTax linePriceWithTax productVariant { id sku name } }
payments { id method amount state refunds { id state total reason createdAt } }"""
CUSTOMER = "id createdAt updatedAt firstName lastName emailAddress phoneNumber"
PRODUCT = """id createdAt updatedAt name slug enabled
variants { id sku name enabled priceWithTax currencyCode updatedAt
  stockLevels { stockLocationId stockOnHand stockAllocated } }"""

_PERSON = {"firstName": "Anna", "lastName": "Keller", "emailAddress": "anna.keller@example.com", "phoneNumber": None}
_MOMENTS = {"createdAt": "2026-03-02T10:12:00.000Z", "updatedAt": "2026-03-02T10:15:00.000Z"}
ORDER_SAMPLE = {
    "id": "7", "code": "EEDRBN9ZPN9TXYGF", "state": "PaymentSettled", **_MOMENTS,
    "orderPlacedAt": "2026-03-02T10:15:00.000Z", "currencyCode": "EUR", "totalWithTax": 42000, "totalQuantity": 2,
    "customer": {"id": "17", **_PERSON},
    "lines": [{"id": "9", "quantity": 2, "unitPriceWithTax": 21000, "linePriceWithTax": 42000,
               "productVariant": {"id": "44", "sku": "CHAIR-OAK", "name": "Oak chair"}}],
    "payments": [{"id": "5", "method": "card", "amount": 42000, "state": "Settled", "refunds": []}],
}  # fmt: skip
CUSTOMER_SAMPLE = {"id": "17", **_MOMENTS, **_PERSON}
PRODUCT_SAMPLE = {
    "id": "31", **_MOMENTS, "name": "Oak chair", "slug": "oak-chair", "enabled": True,
    "variants": [{"id": "44", "sku": "CHAIR-OAK", "name": "Oak chair", "enabled": True, "priceWithTax": 21000,
                  "currencyCode": "EUR", "updatedAt": "2026-03-02T10:15:00.000Z",
                  "stockLevels": [{"stockLocationId": "1", "stockOnHand": 12, "stockAllocated": 2}]}],
}  # fmt: skip
