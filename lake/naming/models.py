"""Keys of trained models. All of them belong to the ledger's bucket and are equal in all environments.

A version is immutable: its parameters come first and its metadata, which has their hash, makes it complete.
The pointer names the version that marts are computed with. The published model is the version that gold was
computed with last.
"""

from __future__ import annotations

COLD_START = "cold-start"
"""Version of the model that needs no training: a mart is computed with it until a version is promoted."""

CHAMPION = "champion"
"""Argument of a training: the parameters of the promoted version, or None."""


def models_root(domain: str) -> str:
    """Return the prefix of the versions of all models of a domain."""
    return f"models/{domain}/"


def model_prefix(domain: str, model: str) -> str:
    """Return the prefix of the versions of a model."""
    return f"{models_root(domain)}{model}/"


def version_prefix(domain: str, model: str, version: str) -> str:
    """Return the prefix of the objects of one version."""
    return f"{model_prefix(domain, model)}{version}/"


def parameters_key(domain: str, model: str, version: str) -> str:
    """Return the key of a version's parameters."""
    return f"{version_prefix(domain, model, version)}parameters.json"


def metadata_key(domain: str, model: str, version: str) -> str:
    """Return the key of a version's metadata, which is written last: with it the version exists."""
    return f"{version_prefix(domain, model, version)}model.json"


def pointers_root(domain: str) -> str:
    """Return the prefix of the pointers of all models of a domain."""
    return f"model-pointers/{domain}/"


def pointer_key(domain: str, model: str) -> str:
    """Return the key of the pointer to the promoted version; without the object it is the cold start."""
    return f"{pointers_root(domain)}{model}.json"


def published_models_root(domain: str) -> str:
    """Return the prefix of the records of the versions that gold was computed with."""
    return f"published-models/{domain}/"


def published_model_key(domain: str, model: str) -> str:
    """Return the key of the record of the version that gold was computed with last."""
    return f"{published_models_root(domain)}{model}.json"
