"""The HTTP process: answers from the store, and takes commands down in it."""
