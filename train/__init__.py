"""From an approved manifest to LoRA checkpoints."""
