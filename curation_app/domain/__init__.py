"""Frozen values that the stages hand to one another. No input or output happens here."""
