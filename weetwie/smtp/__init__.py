"""Mail handed to a mail server."""
