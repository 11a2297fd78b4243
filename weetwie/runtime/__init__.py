"""Clock, log, cache, memory: what a running process needs."""
