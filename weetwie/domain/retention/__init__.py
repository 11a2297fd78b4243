"""Retention: how long what people write is kept, and what is held although its time is over."""
