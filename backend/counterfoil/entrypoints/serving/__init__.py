"""`counterfoil serve`: a supervisor, and the processes that it keeps running."""
