"""`python -m train`, which accelerate's launcher can start: `accelerate launch -m train`."""

from train.cli import main

main()
