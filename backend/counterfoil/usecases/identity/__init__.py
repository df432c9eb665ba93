"""Organisations, users, credentials, decisions about commands, and the log of all of it.

Each use case takes an open unit of work and ends with an entry of the audit log in the same transaction: a
change that is kept is told, and nothing is told that was not kept.
"""
