"""The worker process: it alone opens the chain; it carries commands out and follows the events."""
