"""SAML messages: what is believed, and what is refused."""
