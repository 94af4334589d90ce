"""Rules about where the pictures come from."""
