"""Feeds: the secret addresses of people, made and taken back."""
