"""Rules about what the base already knows."""
