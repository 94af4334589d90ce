"""`curate plan`: pictures to add and to drop, chosen by judging datasets that are not there yet."""
