"""What goes wrong with a network, in words: what, why, and what to do."""

from __future__ import annotations


class NetworkError(Exception):
    """A refusal or failure that the person at the command line can act on."""

    def __init__(self, reason: str, remedy: str) -> None:
        """Say the reason and what to do about it, each as a sentence without its full stop."""
        super().__init__(f"{reason}. {remedy}.")
        self.reason = reason
        self.remedy = remedy
