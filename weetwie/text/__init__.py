"""Plain text in any language: links, signs, names, translation of sentences."""
