"""The organisation's directory, read by LDAP: who is in it, who is gone from it, and what came of each reading."""
