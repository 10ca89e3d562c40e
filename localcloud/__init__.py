"""The local cloud: executes the templates of `cdk synth` on moto, without Docker, account or network."""
