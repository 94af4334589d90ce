"""Globs over POSIX paths."""

import pytest

from rules.globs import matches

CASES = {
    ("a.png", "*.png"): True,
    ("bust/a.png", "*.png"): False,
    ("bust/a.png", "**/*.png"): True,
    ("a.png", "**/*.png"): True,
    ("bust/deep/a.png", "bust/**"): True,
    ("busty/a.png", "bust/**"): False,
    ("bust/a.png", "bust/*"): True,
    ("bust/deep/a.png", "bust/*"): False,
    ("a1.png", "a?.png"): True,
    ("a/.png", "a?.png"): False,
    ("a+b.png", "a+b.png"): True,
    ("a\nb.png", "**"): True,
    ("axpng", "a.png"): False,
    ("a[1].png", "a[1].png"): False,
    ("a1.png", "a[1].png"): True,
    ("a[1].png", "a[[]1].png"): True,
    ("0007.png", "*[147].png"): True,
    ("0008.png", "*[147].png"): False,
    ("x/0008.png", "**/*[!147].png"): True,
    ("x/0007.png", "**/*[!147].png"): False,
    ("c.png", "[a-d].png"): True,
    ("^.png", "[^a].png"): True,
    ("a/b", "a[!x]b"): False,
    ("[z-a]", "[z-a]"): True,
    ("a[", "a["): True,
    ("[]", "[]"): True,
}


@pytest.mark.parametrize(("path", "glob"), CASES)
def test_a_path_falls_under_a_glob(path: str, glob: str) -> None:
    assert matches(path, glob) is CASES[path, glob]


def test_a_glob_of_many_stars_costs_linear_time() -> None:
    assert not matches("a" * 2000 + "b", "*a" * 50 + "c")
