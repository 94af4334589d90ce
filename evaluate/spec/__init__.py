"""What is to be drawn and judged: evaluate.yaml, prompts, cells, and the frozen plan of them."""
