"""Notifications of topics are recorded in the local mailbox."""

from __future__ import annotations

import json

from localcloud.server import LocalCloud


def test_notification_is_recorded(cloud: LocalCloud) -> None:
    sns = cloud.client("sns")
    arn = sns.create_topic(Name="mail")["TopicArn"]
    sns.publish(TopicArn=arn, Subject="hello", Message="world")
    last = json.loads((cloud.context.state_dir / "notifications.jsonl").read_text().splitlines()[-1])
    assert (last["topic"], last["subject"], last["message"]) == ("mail", "hello", "world")
