"""`curate fix`: captions mended by the rules' own fixes, shown first, written whole, and undone."""
