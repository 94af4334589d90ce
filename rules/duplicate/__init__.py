"""Rules about duplicates and effective size."""
