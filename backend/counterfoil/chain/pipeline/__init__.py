"""Many transactions at once: signed, sent in batches over several lanes, and found again block by block.

`signing`, `flights` and `lane` are pure: no clock, no connection, no thread. `transport` and `blocks` speak
with nodes; `pipeline` puts all of them together for programs that keep nothing on disk, as the benchmark
does. The worker of the service uses the parts, and keeps every signed transaction in its store.
"""
