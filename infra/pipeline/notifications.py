"""The SNS topic of a domain, for the outcomes of executions, failed streaming runs and alarms."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.foundation.config import Config
from infra.foundation.roles import Role
from lake.model.spec import Domain
from lake.naming import Names

_CLOUDWATCH = "cloudwatch.amazonaws.com"
_EVENTS = "events.amazonaws.com"


class Notifications(Construct):
    """One SNS topic to which the state machine, EventBridge and CloudWatch can publish.

    CloudWatch silently drops alarms for a topic that is encrypted with the managed key `alias/aws/sns`:
    hence a customer managed key whose policy allows CloudWatch, or no key. A topic with its own policy no
    longer accepts the account's alarms by default: hence a statement that allows CloudWatch.
    """

    def __init__(self, scope: Construct, id: str, *, domain: Domain, names: Names, config: Config) -> None:
        super().__init__(scope, id)
        self._key = self._topic_key(domain.name, names.account) if config.topic_key else None
        self.topic = sns.Topic(
            self,
            "Topic",
            topic_name=names.topic(domain.name),
            display_name=f"Caudal {domain.name} ({config.env})",
            enforce_ssl=True,
            master_key=self._key,
        )
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsOfThisAccount",
                principals=[iam.ServicePrincipal(_CLOUDWATCH)],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": names.account}},
            )
        )
        if config.alarm_email:
            self.topic.add_subscription(subscriptions.EmailSubscription(config.alarm_email))

    def grant_publish_to_rule(self, rule_arn: str) -> None:
        """Allow one EventBridge rule to publish to the topic."""
        principal = iam.ServicePrincipal(_EVENTS)
        # The rule's ARN names the account.
        only = {"ArnEquals": {"aws:SourceArn": rule_arn}}
        # AWS's example of a key for EventBridge has no condition: the call may come without a source.
        if_named = {"ArnEqualsIfExists": {"aws:SourceArn": rule_arn}}
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="EventsOfThisRule",
                principals=[principal],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions=only,
            )
        )
        if self._key is not None:
            self._key.add_to_resource_policy(
                iam.PolicyStatement(
                    sid="EventsOfThisRule",
                    principals=[principal],
                    actions=["kms:GenerateDataKey", "kms:Decrypt"],
                    resources=["*"],
                    conditions=if_named,
                )
            )

    def grant_publish(self, role: Role) -> None:
        """Allow `role` to publish to the topic."""
        role.allow(("sns:Publish",), [self.topic.topic_arn])
        if self._key is not None:
            role.allow(("kms:GenerateDataKey", "kms:Decrypt"), [self._key.key_arn])

    def _topic_key(self, domain: str, account: str) -> kms.Key:
        key = kms.Key(
            self,
            "Key",
            description=f"Notifications of {domain}.",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.DESTROY,
        )
        key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsOfThisAccount",
                principals=[iam.ServicePrincipal(_CLOUDWATCH)],
                actions=["kms:GenerateDataKey", "kms:Decrypt"],
                resources=["*"],
                conditions={"StringEquals": {"aws:SourceAccount": account}},
            )
        )
        return key
