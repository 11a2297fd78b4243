"""What imports alone do not show: tests that read the code."""
