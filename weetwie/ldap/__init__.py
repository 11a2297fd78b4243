"""The organisation's directory by LDAP: asked over TLS alone, read by pages, believed only where it answered whole."""
