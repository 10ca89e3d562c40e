"""`caudal model`: versions of the trained models, the pointer to the promoted one, training and feedback."""
