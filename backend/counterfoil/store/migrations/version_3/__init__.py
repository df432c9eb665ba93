"""The tables of version 3, one module a room. This is history: what was released is never changed."""
