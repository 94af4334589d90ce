"""Judges: whoever looks at pictures. What they could not score stays unscored, and is never 0."""
