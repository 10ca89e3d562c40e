"""The trainings of the models, one module per model: `train` returns the parameters of a new version."""
