"""Rules about tags that stand for more than they say."""
