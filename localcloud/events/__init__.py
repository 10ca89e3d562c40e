"""Events between services: rules, pipes, schedules, notifications and alarms."""
