"""Step Functions: moto's interpreter, with calls to the local server in the state machine's role."""
