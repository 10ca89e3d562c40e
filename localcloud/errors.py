"""Errors of the local cloud itself; errors that AWS would answer are botocore's ClientError."""

from __future__ import annotations

from lake.errors import CaudalError


class LocalCloudError(CaudalError):
    """Base of the errors of the local cloud."""


class PatchError(LocalCloudError):
    """The installed moto does not have the symbol that a patch replaces."""


class UnsupportedError(LocalCloudError):
    """A template or a state machine uses a feature that the local cloud does not execute."""


class DeployError(LocalCloudError):
    """A stack of the cloud assembly could not be deployed."""
