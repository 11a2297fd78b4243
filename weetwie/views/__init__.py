"""Things as one viewer sees them; the only way that content leaves the database."""
