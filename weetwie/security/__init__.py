"""Sealing, sign-on with a provider, limits on how often one may ask."""
