"""The wardrobe: which garments make up an outfit."""

from collections.abc import Callable

from curate.figures.material import Material
from curate.figures.skirt import Skirt
from curate.figures.tailor import Tailor


def _serafuku(tailor: Tailor) -> None:
    outfit = tailor.outfit
    tailor.top("shirt", outfit.main, depth=0.20)
    tailor.cuffs(outfit.second, 0.022)
    tailor.collar(outfit.second, 0.22)
    tailor.tie(outfit.accent, 0.655, 0.26)
    tailor.skirt("skirt", outfit.second, Skirt(length=0.36, flare=0.20, pleats=18, fold=0.014))


def _blazer(tailor: Tailor) -> None:
    outfit = tailor.outfit
    tailor.under("white")
    tailor.necktie(outfit.accent)
    tailor.top("jacket", outfit.main, low=0.36, depth=0.36, loose=0.046)
    tailor.skirt("jacket", outfit.main, Skirt(length=-0.06, flare=0.02, loose=0.055))
    tailor.buttons("yellow", [0.48, 0.42], 0.05)
    tailor.skirt("skirt", outfit.second, Skirt(length=0.36, flare=0.20, pleats=16, fold=0.014))


def _dress(tailor: Tailor) -> None:
    outfit = tailor.outfit
    tailor.top("dress", outfit.main, low=0.36, depth=0.08)
    tailor.skirt("dress", outfit.main, Skirt(length=0.46, flare=0.42, pleats=0))
    tailor.band("belt", outfit.accent, 0.385, 0.455, 0.034)
    tailor.collar("white" if outfit.main != "white" else outfit.second, 0.10)


def _sundress(tailor: Tailor) -> None:
    outfit = tailor.outfit
    tailor.band("dress", outfit.main, 0.36, 0.74, 0.022)
    tailor.straps(outfit.main)
    tailor.skirt("dress", outfit.main, Skirt(length=0.58, flare=0.40, pleats=10, fold=0.012))
    tailor.band("belt", outfit.accent, 0.40, 0.44, 0.032)


def _coat(tailor: Tailor) -> None:
    outfit = tailor.outfit
    tailor.under(outfit.accent)
    tailor.top("coat", outfit.main, low=0.36, depth=0.22, loose=0.075)
    tailor.skirt("coat", outfit.main, Skirt(length=0.50, flare=0.20, pleats=0))
    tailor.band("belt", outfit.second, 0.385, 0.43, 0.088)
    tailor.buttons(outfit.second, [0.66, 0.57, 0.49], 0.085)
    tailor.collar(outfit.main, 0.22)


def _casual(tailor: Tailor) -> None:
    outfit = tailor.outfit
    tailor.top("shirt", outfit.main, low=0.26, depth=0.08, loose=0.034)
    tailor.trousers("pants", outfit.second, 0.97, 0.036)


def _hoodie(tailor: Tailor) -> None:
    outfit = tailor.outfit
    tailor.top("hoodie", outfit.main, low=0.36, depth=0.06, loose=0.080)
    tailor.skirt("hoodie", outfit.main, Skirt(length=0.0, flare=0.02, loose=0.070))
    tailor.hood(outfit.main)
    tailor.trousers("shorts", outfit.second, 0.40, 0.050)


def _shorts(tailor: Tailor) -> None:
    outfit = tailor.outfit
    tailor.top("shirt", outfit.main, low=0.26, depth=0.08, loose=0.036)
    tailor.trousers("shorts", outfit.second, 0.42, 0.045)
    tailor.band("belt", outfit.accent, 0.315, 0.36, 0.052)


def _sweater(tailor: Tailor) -> None:
    outfit = tailor.outfit
    tailor.top("sweater", outfit.main, low=0.36, depth=0.02, loose=0.052)
    tailor.skirt("sweater", outfit.main, Skirt(length=-0.07, flare=0.0, loose=0.050))
    tailor.cuffs(outfit.main, 0.05)
    tailor.band("collar", outfit.main, 0.90, 1.0, 0.050)
    tailor.skirt("skirt", outfit.second, Skirt(length=0.66, flare=0.22, pleats=12, fold=0.012))


def _kimono(tailor: Tailor) -> None:
    outfit = tailor.outfit
    tailor.band("kimono", outfit.main, 0.34, 0.93, 0.040)
    tailor.wide_sleeves("kimono", outfit.main)
    tailor.crossed_collar(outfit.second)
    tailor.skirt("kimono", outfit.main, Skirt(length=0.95, flare=0.03, pleats=0))
    tailor.band("obi", outfit.accent, 0.375, 0.53, 0.075)
    tailor.band("obi", outfit.second, 0.435, 0.46, 0.085)


WARDROBE: dict[str, Callable[[Tailor], None]] = {
    "serafuku": _serafuku,
    "blazer": _blazer,
    "dress": _dress,
    "sundress": _sundress,
    "coat": _coat,
    "casual": _casual,
    "hoodie": _hoodie,
    "shorts": _shorts,
    "sweater": _sweater,
    "kimono": _kimono,
}


def add_outfit(tailor: Tailor, skin: Material) -> None:
    """Dress a figure."""
    WARDROBE[tailor.outfit.kind](tailor)
    tailor.legwear()
    tailor.shoes(skin)
