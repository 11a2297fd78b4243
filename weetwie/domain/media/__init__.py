"""Media: upload, describe, attach, sweep; faces and headers."""
