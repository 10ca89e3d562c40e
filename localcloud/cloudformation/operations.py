"""AWS::StepFunctions::*, AWS::CloudWatch::*, AWS::SecretsManager::* and what deploys as nothing."""

from __future__ import annotations

import json
from typing import Any

from localcloud.cloudformation.resource import Created, Props, declare, only
from localcloud.context import Context
from localcloud.stepfunctions.validation import check_definition

_MACHINE = "AWS::StepFunctions::StateMachine"


def definition_of(props: Props, context: Context) -> str:
    """A state machine's definition as JSON text, substitutions made."""
    if "DefinitionS3Location" in props:
        place = props["DefinitionS3Location"]
        body = context.client("s3").get_object(Bucket=place["Bucket"], Key=place["Key"])["Body"]
        text: str = body.read().decode()
    elif "Definition" in props:
        text = json.dumps(props["Definition"])
    else:
        text = props["DefinitionString"]
    for name, value in props.get("DefinitionSubstitutions", {}).items():
        text = text.replace(f"${{{name}}}", str(value))
    check_definition(text, props["StateMachineName"])
    return text


def _lower(value: Any) -> Any:
    """`IncludeExecutionData` → `includeExecutionData`, deeply: the API's spelling of the same."""
    if isinstance(value, dict):
        return {key[0].lower() + key[1:]: _lower(item) for key, item in value.items()}
    return [_lower(item) for item in value] if isinstance(value, list) else value


def _machine_parameters(props: Props, context: Context) -> Props:
    known = only(
        props,
        "StateMachineName",
        "RoleArn",
        "LoggingConfiguration",
        "TracingConfiguration",
        type_name=_MACHINE,
        ignored=(
            "StateMachineType",
            "DefinitionString",
            "Definition",
            "DefinitionSubstitutions",
            "DefinitionS3Location",
            "Tags",
        ),
    )
    settings = {
        _lower({k: 0}).popitem()[0]: _lower(v) for k, v in known.items() if k.endswith("Configuration")
    }
    return {"definition": definition_of(props, context), "roleArn": known["RoleArn"], **settings}


def _create_machine(client: Any, props: Props, context: Context) -> Created:
    name = props["StateMachineName"]
    parameters = _machine_parameters(props, context)
    kind = props.get("StateMachineType", "STANDARD")
    arn = client.create_state_machine(name=name, type=kind, **parameters)["stateMachineArn"]
    return Created(arn, {"Arn": arn, "Name": name})


declare(
    _MACHINE,
    "stepfunctions",
    _create_machine,
    lambda client, ref: client.delete_state_machine(stateMachineArn=ref),
    name="StateMachineName",
    update=lambda client, ref, props, context: client.update_state_machine(
        stateMachineArn=ref, **_machine_parameters(props, context)
    ),
)


def _put_alarm(client: Any, props: Props, context: Context) -> Created:
    client.put_metric_alarm(**props)
    arn = f"arn:aws:cloudwatch:{context.region}:{context.account}:alarm:{props['AlarmName']}"
    return Created(props["AlarmName"], {"Arn": arn})


declare(
    "AWS::CloudWatch::Alarm",
    "cloudwatch",
    _put_alarm,
    lambda client, ref: client.delete_alarms(AlarmNames=[ref]),
    name="AlarmName",
    update=lambda client, ref, props, _: client.put_metric_alarm(**props),
)


def _create_secret(client: Any, props: Props, context: Context) -> Created:
    known = only(
        props,
        "Name",
        "Description",
        "SecretString",
        "GenerateSecretString",
        type_name="AWS::SecretsManager::Secret",
        ignored=("KmsKeyId", "Tags"),
    )
    generate = known.pop("GenerateSecretString", None)
    if generate is not None:
        password = client.get_random_password(
            PasswordLength=generate.get("PasswordLength", 32), ExcludePunctuation=True
        )
        body = json.loads(generate.get("SecretStringTemplate", "{}"))
        body[generate.get("GenerateStringKey", "password")] = password["RandomPassword"]
        known["SecretString"] = json.dumps(body)
    arn = client.create_secret(**known)["ARN"]
    return Created(arn, {"Id": arn})


declare(
    "AWS::SecretsManager::Secret",
    "secretsmanager",
    _create_secret,
    lambda client, ref: client.delete_secret(SecretId=ref, ForceDeleteWithoutRecovery=True),
    name="Name",
)

# CDK's note about the constructs in use: no resource, on AWS neither.
declare(
    "AWS::CDK::Metadata",
    "cloudformation",
    lambda client, props, _: Created("metadata"),
    lambda client, ref: None,
)
