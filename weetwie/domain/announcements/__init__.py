"""What the organisation tells everybody."""
