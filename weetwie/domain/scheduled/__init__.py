"""Posts that are written now and published later."""
