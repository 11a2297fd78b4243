"""The measuring rig: CPU per request of the whole process tree, latency, delivery, memory."""
