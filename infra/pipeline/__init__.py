"""The pipeline of a domain: state machine, lease, trigger, schedules, notifications and alarms."""
