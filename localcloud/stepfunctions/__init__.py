"""Step Functions: moto's interpreter, calling this server in the state machine's own role."""
