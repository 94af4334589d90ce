"""`python -m evaluate`, which accelerate's launcher can start: `accelerate launch -m evaluate`."""

from evaluate.cli import main

main()
