"""`curate compare`: what moved from one version of a dataset to the next."""
