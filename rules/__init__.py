"""What is wrong with a dataset: pure functions from facts to findings."""
