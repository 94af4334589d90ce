"""Eyes: classifiers of framing, view, elevation, pose and expression that say when they pass."""
