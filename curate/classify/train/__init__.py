"""The recipe of the embedded model: figures drawn for it, one training loop, one report."""
