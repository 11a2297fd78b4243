"""What Weetwie does; no domain imports another."""
