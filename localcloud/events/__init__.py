"""What flows between services by itself: events, pipes, notifications, alarms."""
