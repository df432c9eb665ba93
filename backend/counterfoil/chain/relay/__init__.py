"""Relaying: calls are captured instead of sent, signed as instructions, and taken to the node in batches."""
