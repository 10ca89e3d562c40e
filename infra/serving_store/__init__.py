"""The publisher of the serving store: secret, Lambda functions and their layers."""
