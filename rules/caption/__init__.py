"""Rules about the caption file and its layout."""
