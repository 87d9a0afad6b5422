"""Messages to a channel."""

from typing import Any, ClassVar

from studio.connectors.action import Action, Fields
from studio.connectors.api import Api
from studio.connectors.definitions.slack.asking import method
from studio.connectors.samples import schema_of
from studio.contract.node import help_


class Message(Action):
    """Post a message to a channel, or into a thread there. Approvals are posted under Settings, Slack, not by this.

    Slack takes no key that would make a repeat safe: where an answer was lost, people decide whether to post it again.
    """

    key = "message"
    title = "Post a message"
    sample: ClassVar = {"channel": "C0ORDERS", "message": "1732700000.000100"}
    output_schema = schema_of(sample)

    class Config(Fields):
        channel: str = help_(
            "Its name or id; the app has to be in it.", title="Channel", example="#orders", template=True,
            min_length=1, max_length=80,
        )  # fmt: skip
        text: str = help_(
            "In Slack's own marks: *bold*, _italic_, <https://example.com|a link>.", title="Message",
            example="Order {{ trigger.order.id }} is paid.", template=True, widget="textarea", min_length=1,
            max_length=4_000,
        )  # fmt: skip
        thread: str = help_(
            "What an earlier step gave as `message`: the answer stands below it. Empty: a message of its own.",
            title="Thread", default="", example="{{ steps.posted.message }}", template=True, max_length=40,
        )  # fmt: skip

    def perform(self, api: Api, config: Config, effect_key: str) -> Any:
        del effect_key  # Slack takes none
        arguments = {"channel": config.channel, "text": config.text}
        if config.thread:
            arguments["thread_ts"] = config.thread
        answer = method(api, "chat.postMessage", arguments)
        return {"channel": answer["channel"], "message": answer["ts"]}
