"""Files that are kept encrypted: adding, reading, sharing, and keys."""
