"""From the chain into the store and the read model: indexing, following, comparing."""
