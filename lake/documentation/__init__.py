"""Documentation generated from the declarations: data dictionary and diagrams."""
