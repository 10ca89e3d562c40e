"""Recording the notifications of all topics in `state/notifications.jsonl`, the local mailbox."""

from __future__ import annotations

from typing import Any

from moto.sns.models import Topic

from localcloud.context import Context
from localcloud.patching import original, replace

FILE = "notifications"


def install(context: Context) -> None:
    """Record topic, subject and message of each notification, then let moto deliver it."""

    def publish(self: Topic, message: str, subject: str | None = None, *args: Any, **kwargs: Any) -> str:
        context.record(
            FILE, {"topic": self.name, "topic_arn": self.arn, "subject": subject, "message": message}
        )
        message_id: str = original(Topic, "publish")(self, message, subject, *args, **kwargs)
        return message_id

    replace(Topic, "publish", publish)
