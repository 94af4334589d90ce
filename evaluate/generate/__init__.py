"""From a plan to pictures: the base loaded once, LoRAs swapped in place, every cell kept."""
