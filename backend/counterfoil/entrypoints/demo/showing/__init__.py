"""The result of a demonstration, for programs and for people."""
