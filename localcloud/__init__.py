"""The local runtime: moto made to execute what `cdk synth` wrote, without Docker, account or network."""
