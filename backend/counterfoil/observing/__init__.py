"""What operators see of a running service: metrics and traces. Logs are written by entrypoints.logs."""
