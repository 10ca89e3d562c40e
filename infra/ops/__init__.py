"""Deploy, destroy, estimate costs and lint the templates."""
