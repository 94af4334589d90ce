"""Rules about captions that say something else than the pixels."""
