"""Deploying the cloud assembly of `cdk synth` into moto: resource types, assets, stacks."""
