"""From checkpoints to verdicts."""
