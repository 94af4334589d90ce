"""Predictions about datasets, put to the test on a base that trains in seconds."""
