"""From a folder of pictures and captions to an approved manifest."""
