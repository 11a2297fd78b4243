"""Things as a viewer sees them."""
