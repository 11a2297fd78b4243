"""Assistants and agents ask here for people, by the Model Context Protocol. Off until the organisation switches it on."""
