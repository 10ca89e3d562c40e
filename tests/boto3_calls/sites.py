"""Find every call of an AWS API in the sources that run on Glue and Lambda."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import boto3
from botocore import xform_name

PACKAGES = ("glue_jobs", "lambdas", "serving")
"""What runs on AWS."""

BY_NAME = ("get_paginator", "get_waiter")
"""Methods whose argument names the operation."""

Site = tuple[str, str]
"""A source file and the operation that it calls, in boto3's spelling."""


def sites(root: Path) -> set[Site]:
    """Return the calls of AWS operations in PACKAGES below `root`.

    A method counts as a call if it has the name of an operation of a service for which some source makes a
    client.
    """
    trees = {
        path.relative_to(root).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for package in PACKAGES
        for path in sorted((root / package).rglob("*.py"))
    }
    services = {service for tree in trees.values() for service in _clients(tree)}
    known = {name for service in services for name in _operations(service)}
    return {(path, name) for path, tree in trees.items() for name in _calls(tree) if name in known}


@cache
def _operations(service: str) -> frozenset[str]:
    names = boto3.Session()._session.get_service_model(service).operation_names
    return frozenset(xform_name(name) for name in names)


def _methods(tree: ast.AST) -> Iterator[tuple[ast.Call, ast.Attribute]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node, node.func


def _first_text(call: ast.Call) -> str | None:
    argument = call.args[0] if call.args else None
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None


def _clients(tree: ast.AST) -> Iterator[str]:
    """Yield the names of services in calls like `boto3.client("s3")`."""
    for call, method in _methods(tree):
        if method.attr == "client" and (service := _first_text(call)):
            yield service


def _calls(tree: ast.AST) -> Iterator[str]:
    for call, method in _methods(tree):
        if method.attr in BY_NAME:
            yield _first_text(call) or f"{method.attr} of a computed name"
        else:
            yield method.attr
