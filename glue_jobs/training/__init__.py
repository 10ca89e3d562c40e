"""Training of a domain's models: reads inputs consistently, has the domain train, registers, promotes."""
