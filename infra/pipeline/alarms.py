"""Alarms and rules that notify a domain's topic of failures."""

from __future__ import annotations

import json
from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.foundation.arns import Arns
from infra.pipeline.notifications import Notifications
from lake.model.spec import Domain
from lake.naming import METRICS_NAMESPACE, MODEL_MISFITS, Names

_PERIOD = Duration.minutes(5)


class Alarms(Construct):
    """Alarms on executions that failed, timed out or were aborted, on dead letters and on a stuck queue.

    `stuck_after_minutes`: age of the oldest message in the landing queue that raises the alarm.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        domain: Domain,
        names: Names,
        arns: Arns,
        topic: sns.ITopic,
        stuck_after_minutes: int,
    ) -> None:
        super().__init__(scope, id)
        machine = arns.state_machine(names.state_machine(domain.name))
        dead_letters = {"QueueName": names.dead_letter_queue(domain.name)}
        alarms = _Alarms(self, domain.name, names, topic)
        alarms.on_executions(machine, "executions", "An execution")
        alarms.add(
            "dead-letters",
            _metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", dead_letters, "Maximum"),
            description=f"Files of {domain.name} for which no execution was started, or notices of failed "
            "streams, could not be delivered.",
        )
        alarms.add(
            "landing-stuck",
            _metric(
                "AWS/SQS",
                "ApproximateAgeOfOldestMessage",
                {"QueueName": names.queue(domain.name)},
                "Maximum",
            ),
            description=f"Files of {domain.name} have waited {stuck_after_minutes} minutes for an execution.",
            threshold=stuck_after_minutes * 60,
        )


class TrainingAlarms(Construct):
    """Alarms on trainings that failed, timed out or were aborted, and on models that no longer fit."""

    def __init__(
        self, scope: Construct, id: str, *, domain: Domain, names: Names, arns: Arns, topic: sns.ITopic
    ) -> None:
        super().__init__(scope, id)
        machine = arns.state_machine(names.training_state_machine(domain.name))
        alarms = _Alarms(self, domain.name, names, topic)
        alarms.on_executions(machine, "training", "A training")
        for model in domain.models:
            dimensions = {"Environment": names.env, "Domain": domain.name, "Model": model.name}
            alarms.add(
                f"model-misfit-{model.name.replace('_', '-')}",
                _metric(METRICS_NAMESPACE, MODEL_MISFITS, dimensions, "Maximum"),
                description=f"The model {model.name} of {domain.name} no longer fits the newest days.",
                # Publications send the metric: between them the last one counts.
                missing=cloudwatch.TreatMissingData.IGNORE,
            )


class _Alarms:
    """Adds alarms on the resources of a domain to a construct. Each notifies the domain's topic."""

    def __init__(self, scope: Construct, domain: str, names: Names, topic: sns.ITopic) -> None:
        self._scope = scope
        self._domain = domain
        self._names = names
        self._action = actions.SnsAction(topic)

    def on_executions(self, machine_arn: str, prefix: str, what: str) -> None:
        """Add the alarms on a state machine. `what` ran, in their descriptions."""
        for subject, metric, outcome in (
            ("failed", "ExecutionsFailed", "failed"),
            ("timed-out", "ExecutionsTimedOut", "timed out"),
            ("aborted", "ExecutionsAborted", "was aborted"),
        ):
            self.add(
                f"{prefix}-{subject}",
                _metric("AWS/States", metric, {"StateMachineArn": machine_arn}, "Sum"),
                description=f"{what} of {self._domain} {outcome}.",
            )

    def add(
        self,
        subject: str,
        metric: cloudwatch.Metric,
        *,
        description: str,
        threshold: int = 1,
        missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
    ) -> None:
        """Add the alarm that `metric` has reached the threshold. `missing`: what no data means."""
        alarm = cloudwatch.Alarm(
            self._scope,
            subject,
            alarm_name=self._names.alarm(self._domain, subject),
            alarm_description=description,
            metric=metric,
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=missing,
        )
        alarm.add_alarm_action(self._action)


def _metric(namespace: str, name: str, dimensions: dict[str, str], statistic: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=namespace,
        metric_name=name,
        dimensions_map=dimensions,
        statistic=statistic,
        period=_PERIOD,
    )


def _failures(streams: Sequence[str], loads: Sequence[str], are_continuous: bool) -> dict[str, object]:
    """Return the pattern of failed runs' details. A continuous run is meant to last until its time-out."""
    ending = [*([] if are_continuous else streams), *loads]
    patterns: list[dict[str, object]] = []
    if ending:
        patterns.append({"jobName": ending, "state": ["FAILED", "TIMEOUT", "ERROR"]})
    if are_continuous and streams:
        patterns.append({"jobName": list(streams), "state": ["FAILED", "ERROR"]})
    return patterns[0] if len(patterns) == 1 else {"$or": patterns}


class FailedStreams(Construct):
    """A rule that notifies the domain's topic of failed runs of `streams`, and of `loads` of copies.

    No state machine waits for streams. The state machine that waits for a load does not fail with it. A
    notice that cannot be delivered goes to `dead_letters`, whose alarm notifies the topic. Without jobs there
    is no rule.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        domain: Domain,
        names: Names,
        arns: Arns,
        notifications: Notifications,
        dead_letters: sqs.Queue,
        streams: Sequence[str],
        are_continuous: bool,
        loads: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id)
        if not [*streams, *loads]:
            return
        name = names.failed_streams_rule(domain.name)
        notifications.grant_publish_to_rule(arns.rule(name))
        _grant_dead_letters(dead_letters, arns.rule(name))
        events.CfnRule(
            self,
            "Rule",
            name=name,
            description=f"Streaming runs of {domain.name} that failed.",
            event_pattern={
                "source": ["aws.glue"],
                "detail-type": ["Glue Job State Change"],
                "detail": _failures(streams, loads, are_continuous),
            },
            targets=[
                events.CfnRule.TargetProperty(
                    id="topic",
                    arn=notifications.topic.topic_arn,
                    input_transformer=events.CfnRule.InputTransformerProperty(
                        input_paths_map={key: f"$.detail.{path}" for key, path in _PATHS.items()},
                        input_template=_notice(domain.name),
                    ),
                    dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=dead_letters.queue_arn),
                )
            ],
        )


_PATHS = {"job": "jobName", "state": "state", "message": "message", "run": "jobRunId"}


def _notice(domain: str) -> str:
    """Return the input template of a notice.

    EventBridge does not escape what it inserts into a quoted string, and causes have quotes and line breaks:
    its placeholders stand without quotes, so that each becomes a JSON string.
    """
    fixed = json.dumps({"domain": domain, "outcome": "failed"})
    return f'{fixed[:-1]}, "step": <job>, "error": <state>, "cause": <message>, "execution": <run>}}'


def _grant_dead_letters(queue: sqs.Queue, rule_arn: str) -> None:
    """Allow a rule to send the events that it cannot deliver."""
    queue.add_to_resource_policy(
        iam.PolicyStatement(
            sid="UndeliveredNotices",
            principals=[iam.ServicePrincipal("events.amazonaws.com")],
            actions=["sqs:SendMessage"],
            resources=[queue.queue_arn],
            conditions={"ArnEquals": {"aws:SourceArn": rule_arn}},
        )
    )
