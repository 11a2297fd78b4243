"""Requests and answers over HTTP beneath any framework: bodies, pages of others, push messages."""
