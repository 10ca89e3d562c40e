"""The publisher of the serving store: its secret, Lambda functions and layer."""
