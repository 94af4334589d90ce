"""Rules about the trigger and what it absorbs."""
