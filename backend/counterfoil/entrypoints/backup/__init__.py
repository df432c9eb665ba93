"""Backup of a whole installation while it runs, and its restore into an empty place."""
