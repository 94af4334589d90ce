"""Rules about resolution, bucket and apparent size."""
