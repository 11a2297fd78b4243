"""The running program: the application, the worker and all that they need, in one process or in several."""
