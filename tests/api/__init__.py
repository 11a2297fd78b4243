"""Tests of the doors for programs."""
