"""HTML that cannot be broken out of: text becomes markup in one place, which escapes it."""

import html

VOID = frozenset({"img", "input", "meta"})


class Markup(str):
    """Text that is markup already; everything else is escaped where it is put in."""

    __slots__ = ()


def element(name: str, /, *children: str, **attributes: str | float | None) -> Markup:
    """One element.

    Args:
        name: of the tag.
        children: markup as it is, text escaped and with its invisible characters shown.
        attributes: `class_` stands for class, `aria_label` for aria-label; None leaves one out.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_attribute(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = "".join(child if isinstance(child, Markup) else text(child) for child in children)
    return Markup(f"<{name}{written}>" if name in VOID else f"<{name}{written}>{inner}</{name}>")


def join(*parts: Markup) -> Markup:
    """Elements one after another, each on a line of its own."""
    return Markup("\n".join(parts))


def text(shown: str) -> Markup:
    """Text as markup, with a mark for every character that does not print."""
    if shown.isprintable():
        return Markup(html.escape(shown))
    return Markup("".join(map(_character, shown)))


def _character(character: str) -> str:
    if character.isprintable():
        return html.escape(character)
    return f'<span class="unseen">{_code(character)}</span>'


def _attribute(value: str) -> str:
    shown = (c if c.isprintable() else f"[{_code(c)}]" for c in value)
    return html.escape("".join(shown))


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"
