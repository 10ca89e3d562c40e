"""The anomaly model: usual daily costs per organisation and service.

`model.fit` computes the model's parameters from daily costs and `scores.score` applies them. The parameters
are a table (PARAMETERS), so that parameters of a trained model can replace a fresh fit.
"""
