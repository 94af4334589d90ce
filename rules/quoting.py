"""How messages name tags and files: in backquotes, a few of many, and plurals."""

from collections.abc import Iterable, Sequence

SHOWN = 5


def quoted(names: Iterable[str], shown: int = SHOWN) -> str:
    """`a`, `b` and 3 more."""
    every = tuple(names)
    head = [f"`{name}`" for name in every[:shown]]
    rest = len(every) - len(head)
    if rest:
        return f"{', '.join(head)} and {rest} more"
    return f"{', '.join(head[:-1])} and {head[-1]}" if len(head) > 1 else "".join(head)


def some_of(said: Sequence[str], shown: int = SHOWN) -> str:
    """The first few of what is said, and how many more there are."""
    rest = len(said) - shown
    return f"{', '.join(said[:shown])} and {rest} more" if rest > 0 else ", ".join(said)


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """1 picture, 2 pictures."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def visible(text: str) -> str:
    """Text that cannot move a cursor or turn a line: what does not print becomes an escape."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
