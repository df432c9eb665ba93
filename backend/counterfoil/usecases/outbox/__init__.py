"""From a command that was accepted to a final state that can be read: prepared, signed, relayed, settled."""
