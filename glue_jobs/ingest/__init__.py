"""Raw CSV files to typed rows of bronze and quarantine."""
