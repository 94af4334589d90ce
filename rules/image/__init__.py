"""Rules about the picture's file."""
