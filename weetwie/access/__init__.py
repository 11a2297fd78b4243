"""The law: who sees what, and who may do what."""
