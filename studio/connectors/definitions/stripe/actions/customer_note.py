"""What a shop keeps with its customers at Stripe."""

from typing import Any, ClassVar

from studio.connectors.action import Action, Fields
from studio.connectors.api import Api
from studio.connectors.definitions.stripe.asking import change, checked
from studio.connectors.samples import schema_of
from studio.contract.node import help_


class CustomerNote(Action):
    """Keep a note with a customer, under a name of its own in the customer's metadata; a later one takes its place."""

    key = "customer_note"
    title = "Add a note to a customer"
    keyed = True
    sample: ClassVar = {"customer": "cus_9s6XKzkNRiz8i3", "name": "studio_note", "text": "Asked for a call back"}
    output_schema = schema_of(sample)

    class Config(Fields):
        customer: str = help_(
            "The customer's id: it begins with cus_.", title="Customer", example="{{ trigger.order.customer.id }}",
            template=True, min_length=1, max_length=200,
        )  # fmt: skip
        text: str = help_(
            "At most 500 characters.", title="Note", example="Asked for a call back", template=True,
            min_length=1, max_length=500,
        )  # fmt: skip
        name: str = help_(
            "Under which it stands in the metadata: letters, digits and “_”.", title="Name", default="studio_note",
            example="studio_note", pattern=r"^[A-Za-z0-9_]{1,40}$",
        )  # fmt: skip

    def perform(self, api: Api, config: Config, effect_key: str) -> Any:
        customer = checked(config.customer, ("cus_",), "customer")
        form = {f"metadata[{config.name}]": config.text}
        found = change(api, f"/v1/customers/{customer}", form, key=effect_key)
        return {"customer": found["id"], "name": config.name, "text": found["metadata"][config.name]}
