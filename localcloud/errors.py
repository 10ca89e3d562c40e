"""What can go wrong in the local runtime itself, as opposed to what AWS would answer."""

from __future__ import annotations

from lake.errors import CaudalError


class LocalCloudError(CaudalError):
    """Base of the errors of the local runtime."""


class PatchError(LocalCloudError):
    """moto no longer has what a patch replaces, so that behaviour would silently be moto's own."""


class UnsupportedError(LocalCloudError):
    """A template or a state machine uses something that would not execute here."""


class DeployError(LocalCloudError):
    """A stack of the cloud assembly could not be deployed."""
