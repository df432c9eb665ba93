"""Encryption of files, with the primitives of the cryptography library and nothing of our own."""
