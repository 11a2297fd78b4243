"""For people: pages that work without a script."""
