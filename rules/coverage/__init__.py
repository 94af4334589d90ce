"""Rules about what the set shows and does not show."""
