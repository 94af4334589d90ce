"""Verdicts: one file each, found by themselves; words that one seed cannot fake."""
