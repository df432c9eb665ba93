"""What operators ask of a running service."""
