"""Apps ask for tokens here."""
