"""Resource types of Lambda."""

from __future__ import annotations

from typing import Any

from localcloud.cloudformation.resource import Created, Props, declare, supported
from localcloud.context import Context
from localcloud.errors import UnsupportedError
from localcloud.execution.functions import SERVICE

_FUNCTION = "AWS::Lambda::Function"
_SETTINGS = ("Role", "Handler", "Runtime", "Timeout", "MemorySize", "Environment", "Description")
_NOT_APPLIED = ("Layers", "LoggingConfig", "Architectures", "EphemeralStorage", "Tags", "TracingConfig")
"""Properties without effect here: layers hold packages that this Python has, logs are plain files."""


def _known(props: Props) -> Props:
    return supported(props, "FunctionName", "Code", *_SETTINGS, type_name=_FUNCTION, ignored=_NOT_APPLIED)


def _code(props: Props) -> Props:
    code = supported(props["Code"], "S3Bucket", "S3Key", type_name=f"{_FUNCTION} Code")
    return {"S3Bucket": code["S3Bucket"], "S3Key": code["S3Key"]}


def _create_function(client: Any, props: Props, context: Context) -> Created:
    known = _known(props)
    name = known["FunctionName"]
    arn = f"arn:aws:lambda:{context.region}:{context.account}:function:{name}"
    if not context.trusts(known["Role"], SERVICE, arn):
        raise UnsupportedError(
            "Lambda may not assume the function's role.",
            where=f"function {name}",
            hint=f"Allow {SERVICE} in the trust policy of {known['Role']}.",
        )
    settings = {key: known[key] for key in _SETTINGS if key in known}
    client.create_function(FunctionName=name, Code=_code(known), **settings)
    return Created(name, {"Arn": arn})


def _update_function(client: Any, name: str, props: Props, context: Context) -> None:
    known = _known(props)
    client.update_function_code(FunctionName=name, **_code(known))
    settings = {key: known[key] for key in _SETTINGS if key in known}
    client.update_function_configuration(FunctionName=name, **settings)


declare(
    _FUNCTION,
    "lambda",
    _create_function,
    lambda client, ref: client.delete_function(FunctionName=ref),
    name="FunctionName",
    update=_update_function,
)
