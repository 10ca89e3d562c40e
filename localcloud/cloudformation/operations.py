"""Resource types of Step Functions, CloudWatch and Secrets Manager, and CDK's metadata."""

from __future__ import annotations

import json
from typing import Any

from localcloud.cloudformation.resource import Created, Props, declare, supported
from localcloud.context import Context
from localcloud.stepfunctions.validation import check_definition

_MACHINE = "AWS::StepFunctions::StateMachine"


def definition_of(props: Props, context: Context) -> str:
    """Return a state machine's definition as JSON text, with DefinitionSubstitutions applied.

    Raises UnsupportedError if a state would not execute locally.
    """
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


def _to_api_names(value: Any) -> Any:
    """Return a value with the keys that the API has: `IncludeExecutionData` → `includeExecutionData`."""
    if isinstance(value, dict):
        return {key[0].lower() + key[1:]: _to_api_names(item) for key, item in value.items()}
    return [_to_api_names(item) for item in value] if isinstance(value, list) else value


def _machine_parameters(props: Props, context: Context) -> Props:
    known = supported(
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
    settings = _to_api_names({k: v for k, v in known.items() if k.endswith("Configuration")})
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
    known = supported(
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


def _find_secret(client: Any, props: Props, context: Context) -> Created | None:
    try:
        found = client.describe_secret(SecretId=props["Name"])
    except client.exceptions.ResourceNotFoundException:
        return None
    # The name of a secret that waits for its deletion is taken, but the secret cannot be used.
    return None if found.get("DeletedDate") else Created(found["ARN"], {"Id": found["ARN"]})


declare(
    "AWS::SecretsManager::Secret",
    "secretsmanager",
    _create_secret,
    lambda client, ref: client.delete_secret(SecretId=ref, ForceDeleteWithoutRecovery=True),
    name="Name",
    update=lambda client, ref, props, _: client.update_secret(
        SecretId=ref, Description=props.get("Description", "")
    ),
    find=_find_secret,
)

# CDK lists the constructs in use here. On AWS it creates no resource either.
declare(
    "AWS::CDK::Metadata",
    "cloudformation",
    lambda client, props, _: Created("metadata"),
    lambda client, ref: None,
)
