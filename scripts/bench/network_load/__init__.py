"""The network under a trade finance load: what is asked of the ledger, by whom, how fast, and what became of
it.

`calls`, `parties`, `mix`, `stories` and `book` are pure: they say which call which key makes, what it
changes, and what the ledger must look like afterwards. `drive` sends and times them; `checks` compares chain
and book; `phases` puts loads, measurements and comparison together.
"""
