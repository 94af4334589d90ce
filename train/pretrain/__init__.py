"""From nothing to a small base of Anima's architecture: drawn figures in, split files out."""
