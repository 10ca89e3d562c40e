"""Commands on the relational copy."""
