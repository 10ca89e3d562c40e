"""The Glue jobs: one thin script per job here, their logic in one package per stage."""
