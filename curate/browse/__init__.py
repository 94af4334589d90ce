"""FiftyOne: the index of a dataset folder, and the window where people look and decide.

Only this package imports FiftyOne, and only through `curate.browse.connection`.
"""
