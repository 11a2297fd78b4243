"""Tests of what stands below the product itself."""
