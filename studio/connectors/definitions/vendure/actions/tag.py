"""Words by which an order is found again."""

import re
from typing import Any, ClassVar

from studio.connectors.action import Action, Fields
from studio.connectors.api import Api
from studio.connectors.definitions.vendure.asking import change, failed
from studio.connectors.definitions.vendure.orders import find_order, shown
from studio.connectors.errors import ApiError
from studio.connectors.outcomes import ProvedBy
from studio.connectors.samples import schema_of
from studio.contract.node import help_
from studio.core.i18n import gettext as _

_SET = """mutation SetTags($input: UpdateOrderInput!) { setOrderCustomFields(input: $input) {
  id code state customFields { %(field)s }
} }"""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}\Z")


class Tag(Action):
    """Add tags to an order, or take some off. Those that are there, or gone, already stay so.

    Vendure's orders have no tags of their own: the shop needs a custom field that is a list of words, which the
    connection names (“tags” where it names none).
    """

    key = "tag"
    title = "Tag an order"
    proved = ProvedBy.VENDURE
    keyed = True
    sample: ClassVar = {"order": "EEDRBN9ZPN9TXYGF", "order_id": "7", "state": "PaymentSettled", "tags": ["checked"],
              "done_before": False}  # fmt: skip
    output_schema = schema_of(sample)

    class Config(Fields):
        order: str = help_(
            "Its code or its id.", title="Order", example="{{ trigger.order.code }}", template=True,
            min_length=1, max_length=200,
        )  # fmt: skip
        add: list[str] = help_(
            "One a line.", title="Tags to add", default=[], example=["checked"], template=True, max_length=50
        )
        remove: list[str] = help_(
            "One a line.", title="Tags to take off", default=[], example=[], template=True, max_length=50
        )

    def perform(self, api: Api, config: Config, effect_key: str) -> Any:
        del effect_key  # the tags say themselves whether they are there
        field = str(api.settings.get("tags_field") or "tags")
        if not _NAME.match(field):
            raise failed(_("“%(name)s” is no name of a custom field.", name=field[:60]), "no_tags", "add")
        order = _with_tags(api, config.order, field)
        have = list(order["customFields"][field] or [])
        gone = {one.strip() for one in config.remove}
        wanted = [one for one in have if one not in gone]
        wanted += [one for one in dict.fromkeys(map(str.strip, config.add)) if one and one not in wanted]
        before = wanted == have
        if not before:
            order |= change(
                api, _SET % {"field": field}, {"input": {"id": order["id"], "customFields": {field: wanted}}}
            )
        return {**shown(order), "tags": wanted, "done_before": before}


def _with_tags(api: Api, named: str, field: str) -> Any:
    try:
        order, _places = find_order(api, named, f"customFields {{ {field} }}")
    except ApiError as error:
        # Nothing but the field's name can be wrong with a question that is always the same.
        if error.answered != 400:
            raise
        words = _(
            "The orders of %(title)s have no custom field “%(field)s”. Add one in Vendure (a list of words), or name "
            "another in the connection's settings.", title=api.title, field=field,
        )  # fmt: skip
        raise failed(words, "no_tags", "add") from error
    return order
