"""What is usual: a model of daily costs per organisation and service.

`model.fit` computes the model's parameters from daily costs and `scores.score` applies them; the parameters
are a table (PARAMETERS), so that those of a trained model can take the place of a fresh fit.
"""
