"""What only the service keeps: commands, outbox, identity, deliveries, files. One module a repository."""
