"""The judgement of the anomaly model: made-up panels, figures, and pictures."""
