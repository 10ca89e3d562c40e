"""Diagrams and tables of CloudFormation templates: stacks, their resources, triggers and targets."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lake.documentation.pages import mermaid, table

Template = Mapping[str, Any]

_ALARM = "AWS::CloudWatch::Alarm"

_Naming = Mapping[str, tuple[str, tuple[str, ...]]]
"""Resource type → one of its properties, and the types of the resources that this property names."""

_MAIN = (
    "AWS::S3::Bucket",
    "AWS::DynamoDB::Table",
    "AWS::StepFunctions::StateMachine",
    "AWS::Glue::Job",
    "AWS::Glue::Crawler",
    "AWS::Lambda::Function",
    "AWS::Athena::WorkGroup",
    "AWS::Athena::NamedQuery",
    "AWS::QuickSight::DataSet",
    "AWS::QuickSight::Dashboard",
    "AWS::SecretsManager::Secret",
)
"""Types that a stack's box in the diagram counts; the table counts all."""

_ACTORS = (
    "AWS::Events::Rule",
    "AWS::SQS::Queue",
    "AWS::Pipes::Pipe",
    "AWS::Scheduler::Schedule",
    "AWS::StepFunctions::StateMachine",
    "AWS::Glue::Job",
    "AWS::Glue::Crawler",
    "AWS::Lambda::Function",
    _ALARM,
    "AWS::SNS::Topic",
)
"""Types that a flow diagram shows."""

_STARTS: _Naming = {
    "AWS::Events::Rule": ("Targets", ("AWS::SQS::Queue", "AWS::SNS::Topic")),
    "AWS::SQS::Queue": ("RedrivePolicy", ("AWS::SQS::Queue",)),
    "AWS::Pipes::Pipe": ("Target", ("AWS::StepFunctions::StateMachine",)),
    "AWS::Scheduler::Schedule": ("Target", ("AWS::StepFunctions::StateMachine", "AWS::Glue::Job")),
    "AWS::StepFunctions::StateMachine": (
        "DefinitionString",
        (
            "AWS::Glue::Job",
            "AWS::Glue::Crawler",
            "AWS::Lambda::Function",
            "AWS::StepFunctions::StateMachine",
            "AWS::SNS::Topic",
        ),
    ),
    _ALARM: ("AlarmActions", ("AWS::SNS::Topic",)),
}
"""The properties that name the targets which a resource starts or sends to."""

_FED_BY: _Naming = {
    "AWS::Events::Rule": ("EventPattern", ("AWS::Glue::Job",)),
    "AWS::Pipes::Pipe": ("Source", ("AWS::SQS::Queue",)),
    _ALARM: ("Dimensions", ("AWS::SQS::Queue", "AWS::StepFunctions::StateMachine")),
}
"""The properties that name the sources which a resource reads or watches."""


@dataclass(frozen=True)
class _Resource:
    logical_id: str
    kind: str
    name: str
    properties: Mapping[str, Any]


def overview(templates: Mapping[str, Template], dependencies: Mapping[str, list[str]]) -> str:
    """Draw the stacks with counts of main resources; an arrow leads to a stack that is deployed before."""
    lines = []
    for stack, template in templates.items():
        counts = _counts(template)
        main = [f"{counts[kind]} × {kind.removeprefix('AWS::')}" for kind in _MAIN if counts[kind]]
        lines.append(f'{_id(stack)}["{"<br/>".join([f"<b>{stack}</b>", *main])}"]')
    for stack, needed in dependencies.items():
        lines += [f"{_id(stack)} --> {_id(other)}" for other in needed]
    return mermaid("flowchart TD", lines)


def counts_table(templates: Mapping[str, Template]) -> str:
    """Return the number of resources of every type in every stack."""
    counts = {stack: _counts(template) for stack, template in templates.items()}
    kinds = sorted({kind for each in counts.values() for kind in each})
    rows = [(f"`{kind}`", *(str(each[kind] or "") for each in counts.values())) for kind in kinds]
    return table(("type", *templates), rows)


def flow(template: Template) -> str:
    """Draw which resources of a stack start, feed, watch and notify which others. All alarms are one box."""
    actors = [each for each in _resources(template) if each.kind in _ACTORS]
    alarms = [each for each in actors if each.kind == _ALARM]
    nodes = {each.logical_id: _node(each, actors) for each in actors}
    lines = [
        f'{nodes[each.logical_id]}["{each.kind.removeprefix("AWS::")}<br/>{_short(each, actors)}"]'
        for each in actors
        if each not in alarms
    ]
    if alarms:
        names = "<br/>".join(_short(each, actors) for each in alarms)
        lines.append(f'alarms["CloudWatch::Alarm<br/>{names}"]')
    arrows = [f"{nodes[start]} {line} {nodes[end]}" for start, line, end in _arrows(actors)]
    return mermaid("flowchart LR", [*lines, *_events(actors, nodes), *dict.fromkeys(arrows)])


def _node(resource: _Resource, actors: list[_Resource]) -> str:
    kind = resource.kind.rsplit("::", 1)[-1]
    return "alarms" if resource.kind == _ALARM else _id(f"{kind}_{_short(resource, actors)}")


def _events(actors: list[_Resource], nodes: Mapping[str, str]) -> Iterator[str]:
    """Draw the events that a rule matches, as their own boxes."""
    for each in actors:
        pattern = each.properties.get("EventPattern")
        if pattern:
            events = f"{', '.join(pattern['source'])}: {', '.join(pattern['detail-type'])}"
            yield f'events_{nodes[each.logical_id]}>"{events}"] --> {nodes[each.logical_id]}'


def _arrows(actors: list[_Resource]) -> Iterator[tuple[str, str, str]]:
    for each in actors:
        line = "-. dead letters .->" if each.kind == "AWS::SQS::Queue" else "-->"
        for other in _named(each, _STARTS, actors):
            yield each.logical_id, line, other.logical_id
        line = "-. watched by .->" if each.kind == _ALARM else "-->"
        for other in _named(each, _FED_BY, actors):
            yield other.logical_id, line, each.logical_id


def _named(resource: _Resource, naming: _Naming, actors: list[_Resource]) -> list[_Resource]:
    """Return the actors that a resource names in its properties, by logical id or physical name."""
    key, kinds = naming.get(resource.kind, ("", ()))
    words = set(re.findall(r"[\w-]+", json.dumps(resource.properties.get(key))))
    return [
        other
        for other in actors
        if other is not resource
        and other.kind in kinds
        and not _is_dead_letter_of_rule(resource, other)
        and (other.logical_id in words or other.name in words)
    ]


def _is_dead_letter_of_rule(resource: _Resource, other: _Resource) -> bool:
    """Return whether a rule sends only undeliverable events to the other resource."""
    targets = resource.properties.get("Targets", ())
    return any(other.logical_id in json.dumps(target.get("DeadLetterConfig", {})) for target in targets)


def _resources(template: Template) -> list[_Resource]:
    return [
        _Resource(logical_id, each["Type"], _name(logical_id, each), each.get("Properties", {}))
        for logical_id, each in template.get("Resources", {}).items()
    ]


def _name(logical_id: str, resource: Mapping[str, Any]) -> str:
    properties = resource.get("Properties", {})
    kind = resource["Type"].rsplit("::", 1)[-1]
    for key in (f"{kind}Name", "Name"):
        if isinstance(properties.get(key), str):
            return str(properties[key])
    return logical_id


def _short(resource: _Resource, actors: list[_Resource]) -> str:
    """Return the name without the prefix that all names of the stack share."""
    names = [each.name for each in actors]
    shared = 0
    while len({name[: shared + 1] for name in names}) == 1 and shared < min(map(len, names)) - 1:
        shared += 1
    return resource.name[shared:]


def _counts(template: Template) -> Counter[str]:
    return Counter(each["Type"] for each in template.get("Resources", {}).values())


def _id(name: str) -> str:
    return re.sub(r"\W", "_", name)
