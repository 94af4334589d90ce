"""The training run: what it is going to do with the dataset."""
