"""The state machine of a domain, its trigger, lease, schedules, notifications and alarms."""
