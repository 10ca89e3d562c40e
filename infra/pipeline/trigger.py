"""The trigger of a domain's pipeline: rule, queue with dead-letter queue, and pipe.

A new object in raw reaches the queue through the rule; the pipe starts an execution per batch of messages.
"""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_pipes as pipes
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.foundation.arns import Arns
from infra.foundation.config import Config
from infra.foundation.roles import Role, service
from infra.pipeline.workflow import Workflow
from lake.model.spec import Domain
from lake.naming import UNRECOGNISED, Names, raw_prefix

_RECEIVES = 5
_KEPT = Duration.days(14)

KEY_ONLY = '{"key": <$.body.detail.object.key>}'
"""Input template: a message holds the object's key only. The job finds new files by the ledger."""


class Trigger(Construct):
    """Starts the state machine on new files of the domain's CSV tables and on unrecognised files."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        domain: Domain,
        names: Names,
        config: Config,
        arns: Arns,
        workflow: Workflow,
    ) -> None:
        super().__init__(scope, id)
        self._domain = domain
        self._names = names
        self._config = config
        self._arns = arns
        self.dead_letters = self._queue("DeadLetters", names.dead_letter_queue(domain.name))
        self.queue = self._queue(
            "Landing",
            names.queue(domain.name),
            dead_letters=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=_RECEIVES),
        )
        self.rule = self._rule()
        self.pipe = self._pipe(workflow)

    def _queue(self, id: str, name: str, *, dead_letters: sqs.DeadLetterQueue | None = None) -> sqs.Queue:
        return sqs.Queue(
            self,
            id,
            queue_name=name,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=_KEPT,
            # Messages must stay invisible while the pipe collects a batch and starts the execution.
            visibility_timeout=Duration.seconds(6 * max(30, self._config.batch_window_seconds)),
            dead_letter_queue=dead_letters,
        )

    def _rule(self) -> events.Rule:
        folders = [table.name for table in self._domain.csv_tables] + [UNRECOGNISED]
        return events.Rule(
            self,
            "Rule",
            rule_name=self._names.rule(self._domain.name),
            description=f"New files of {self._domain.name} in raw.",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={
                    "bucket": {"name": [self._names.raw_bucket]},
                    "object": {
                        "key": [{"prefix": raw_prefix(self._domain.name, folder)} for folder in folders]
                    },
                },
            ),
            targets=[targets.SqsQueue(self.queue, dead_letter_queue=self.dead_letters)],
        )

    def _pipe(self, workflow: Workflow) -> pipes.CfnPipe:
        name = self._names.pipe(self._domain.name)
        role = Role(
            self,
            "PipeRole",
            name=self._names.role(self._domain.name, "pipe"),
            principal=service("pipes", account=self._names.account, source_arn=self._arns.pipe(name)),
            description=f"Receives messages on new files of {self._domain.name} and starts its pipeline.",
            arns=self._arns,
        )
        role.allow(
            ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"), [self.queue.queue_arn]
        )
        workflow.grant_start(role)
        pipe = pipes.CfnPipe(
            self,
            "Pipe",
            name=name,
            role_arn=role.arn,
            source=self.queue.queue_arn,
            source_parameters=pipes.CfnPipe.PipeSourceParametersProperty(
                sqs_queue_parameters=pipes.CfnPipe.PipeSourceSqsQueueParametersProperty(
                    batch_size=self._config.batch_size,
                    maximum_batching_window_in_seconds=self._config.batch_window_seconds,
                )
            ),
            target=workflow.state_machine.state_machine_arn,
            target_parameters=pipes.CfnPipe.PipeTargetParametersProperty(
                input_template=KEY_ONLY,
                step_function_state_machine_parameters=pipes.CfnPipe.PipeTargetStateMachineParametersProperty(
                    invocation_type="FIRE_AND_FORGET"
                ),
            ),
        )
        pipe.node.add_dependency(role)
        return pipe
