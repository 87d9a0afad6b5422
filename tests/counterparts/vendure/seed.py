"""What the shop has from the start, set up through its Admin API as its owner would."""

from dataclasses import dataclass

from tests.counterparts.vendure.graphql import GraphQL

ADMIN, PASSWORD = "superadmin", "superadmin-of-tests"
OUTLET = "outlet-channel-token"
PRODUCTS = (
    ("Linen shirt", (("SHIRT-S", "Linen shirt S", 4000), ("SHIRT-L", "Linen shirt L", 4200))),
    ("Espresso machine", (("MACHINE", "Espresso machine", 38000),)),
    ("Mug, blue", (("MUG", "Mug, blue", 1490),)),
)
STOCK = 500
PAYMENTS = ("card", "invoice")
ERROR = "... on ErrorResult { errorCode message }"


@dataclass(frozen=True)
class Seeded:
    """Ids of what is there. Prices are cents, tax included: EUR in the first channel, USD in the outlet."""

    channel: str
    channel_token: str
    outlet: str
    outlet_token: str
    warehouse: str
    second_warehouse: str
    shipping_method: str
    products: dict[str, str]
    """By name."""
    variants: dict[str, str]
    """By stock keeping unit."""


def sign_in(admin: GraphQL, user: str = ADMIN, password: str = PASSWORD) -> None:
    admin(
        "mutation ($user: String!, $password: String!) { login(username: $user, password: $password, rememberMe: true) "
        f"{{ ... on CurrentUser {{ id }} {ERROR} }} }}",
        user=user, password=password,
    )  # fmt: skip


def seed(admin: GraphQL) -> Seeded:
    """Fill an empty shop."""
    sign_in(admin)
    channel, zone, warehouse = _places(admin)
    tax = admin('mutation { createTaxCategory(input: { name: "Standard", isDefault: true }) { id } }')["id"]
    admin(
        "mutation ($input: CreateTaxRateInput!) { createTaxRate(input: $input) { id } }",
        input={"name": "VAT", "enabled": True, "value": 20, "categoryId": tax, "zoneId": zone},
    )
    second = admin('mutation { createStockLocation(input: { name: "Vienna", description: "" }) { id } }')["id"]
    outlet = _outlet(admin, channel, zone)
    shipping = _shipping_and_payment(admin, outlet, [warehouse, second])
    products, variants = _products(admin, tax, [warehouse, second])
    admin(
        "mutation ($input: AssignProductsToChannelInput!) { assignProductsToChannel(input: $input) { id } }",
        input={"productIds": list(products.values()), "channelId": outlet, "priceFactor": 0.5},
    )
    return Seeded(channel["id"], channel["token"], outlet, OUTLET, warehouse, second, shipping, products, variants)


def _places(admin: GraphQL) -> tuple[dict[str, str], str, str]:
    names = [{"languageCode": "en", "name": "Germany"}]
    country = admin(
        "mutation ($names: [CountryTranslationInput!]!) { createCountry("
        'input: { code: "DE", enabled: true, translations: $names }) { id } }',
        names=names,
    )["id"]
    zone = admin(
        'mutation ($members: [ID!]) { createZone(input: { name: "Europe", memberIds: $members }) { id } }',
        members=[country],
    )["id"]
    channel = admin("{ activeChannel { id token } }")
    admin(
        f"mutation ($input: UpdateChannelInput!) {{ updateChannel(input: $input) "
        f"{{ ... on Channel {{ id }} {ERROR} }} }}",
        input={"id": channel["id"], "pricesIncludeTax": True, "defaultTaxZoneId": zone, "defaultShippingZoneId": zone,
               "defaultCurrencyCode": "EUR", "availableCurrencyCodes": ["EUR"]},
    )  # fmt: skip
    warehouse = admin("{ stockLocations { items { id } } }")["items"][0]["id"]
    return channel, zone, warehouse


def _outlet(admin: GraphQL, channel: dict[str, str], zone: str) -> str:
    seller = admin("{ sellers { items { id } } }")["items"][0]["id"]
    made: str = admin(
        f"mutation ($input: CreateChannelInput!) {{ createChannel(input: $input) "
        f"{{ ... on Channel {{ id }} {ERROR} }} }}",
        input={"code": "outlet", "token": OUTLET, "defaultLanguageCode": "en", "pricesIncludeTax": True,
               "defaultCurrencyCode": "USD", "availableCurrencyCodes": ["USD"], "defaultTaxZoneId": zone,
               "defaultShippingZoneId": zone, "sellerId": seller},
    )["id"]  # fmt: skip
    roles = admin("{ roles { items { id code channels { id } } } }")["items"]
    role = next(one for one in roles if one["code"] == "__super_admin_role__")
    assert made in {one["id"] for one in role["channels"]}, "the owner works in every channel"
    assert channel["id"] != made
    return made


def _shipping_and_payment(admin: GraphQL, outlet: str, warehouses: list[str]) -> str:
    shipping: str = admin(
        "mutation ($input: CreateShippingMethodInput!) { createShippingMethod(input: $input) { id } }",
        input={
            "code": "post", "fulfillmentHandler": "manual-fulfillment",
            "checker": {"code": "default-shipping-eligibility-checker",
                        "arguments": [{"name": "orderMinimum", "value": "0"}]},
            "calculator": {"code": "default-shipping-calculator",
                           "arguments": [{"name": "rate", "value": "0"}, {"name": "taxRate", "value": "0"},
                                         {"name": "includesTax", "value": "auto"}]},
            "translations": [{"languageCode": "en", "name": "Post", "description": ""}],
        },
    )["id"]  # fmt: skip
    payments = [
        admin(
            "mutation ($input: CreatePaymentMethodInput!) { createPaymentMethod(input: $input) { id } }",
            input={"code": code, "enabled": True, "handler": {"code": code, "arguments": []},
                   "translations": [{"languageCode": "en", "name": code.title(), "description": ""}]},
        )["id"]
        for code in PAYMENTS
    ]  # fmt: skip
    for what, kind, ids in (
        ("ShippingMethods", "shippingMethodIds", [shipping]),
        ("PaymentMethods", "paymentMethodIds", payments),
        ("StockLocations", "stockLocationIds", warehouses),
    ):
        admin(
            f"mutation ($input: Assign{what}ToChannelInput!) {{ assign{what}ToChannel(input: $input) {{ id }} }}",
            input={kind: ids, "channelId": outlet},
        )
    return shipping


def _products(admin: GraphQL, tax: str, warehouses: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    products, variants = {}, {}
    for name, kinds in PRODUCTS:
        words = [{"languageCode": "en", "name": name, "slug": name.lower().replace(" ", "-"), "description": ""}]
        product = admin(
            "mutation ($words: [ProductTranslationInput!]!) { createProduct(input: { translations: $words }) { id } }",
            words=words,
        )["id"]
        options = _sizes(admin, product, kinds) if len(kinds) > 1 else [[] for _ in kinds]
        made = admin(
            "mutation ($input: [CreateProductVariantInput!]!) { createProductVariants(input: $input) { id sku } }",
            input=[
                {"productId": product, "sku": sku, "price": price, "taxCategoryId": tax, "trackInventory": "TRUE",
                 "optionIds": chosen, "translations": [{"languageCode": "en", "name": title}],
                 "stockLevels": [{"stockLocationId": one, "stockOnHand": STOCK} for one in warehouses]}
                for (sku, title, price), chosen in zip(kinds, options, strict=True)
            ],
        )  # fmt: skip
        products[name] = product
        variants |= {one["sku"]: one["id"] for one in made}
    return products, variants


def _sizes(admin: GraphQL, product: str, kinds: tuple[tuple[str, str, int], ...]) -> list[list[str]]:
    group = admin(
        "mutation ($input: CreateProductOptionGroupInput!) { createProductOptionGroup(input: $input) "
        "{ id options { id code } } }",
        input={
            "code": f"size-{product}",
            "translations": [{"languageCode": "en", "name": "Size"}],
            "options": [
                {"code": sku.lower(), "translations": [{"languageCode": "en", "name": title}]}
                for sku, title, _ in kinds
            ],
        },
    )
    admin(
        "mutation ($product: ID!, $group: ID!) "
        "{ addOptionGroupToProduct(productId: $product, optionGroupId: $group) { id } }",
        product=product, group=group["id"],
    )  # fmt: skip
    by_code = {one["code"]: one["id"] for one in group["options"]}
    return [[by_code[sku.lower()]] for sku, _title, _price in kinds]
