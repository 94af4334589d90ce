"""Rules about tags and their vocabulary."""
