"""Instructions: calls that a party signs with its own key and that anybody may relay."""
