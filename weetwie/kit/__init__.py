"""Tools that know nothing of Weetwie."""
