"""SAML 2.0, as the party that is told who somebody is: loaded when somebody first signs in that way."""
