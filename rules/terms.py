"""Terms of dataset.yaml and of captions, in the form in which they are compared."""


def unescaped(text: str) -> str:
    r"""Without the backslashes that prompts put before parentheses: `miku \(vocaloid\)`."""
    return text.replace("\\(", "(").replace("\\)", ")")


def normal(term: str) -> str:
    """Lower case, single spaces for underscores and any white space, no escapes."""
    return " ".join(unescaped(term).lower().replace("_", " ").split())


def digits(term: str) -> str:
    """What tells `kei2` from `kei3`, which no slip of the pen does."""
    return "".join(filter(str.isdigit, term))
