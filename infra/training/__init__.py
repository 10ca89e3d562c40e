"""The training of a domain's models: job, state machine, schedule and alarms."""
