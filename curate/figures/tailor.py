"""Garments cut to a posed body: tops, collars, sleeves, skirts, trousers, legwear and shoes."""

from dataclasses import dataclass

import numpy as np

from curate.figures.accessories import add_bow
from curate.figures.body import Torso, angles, foot_piece, limb, sleeve, torso_sheet
from curate.figures.character import Outfit
from curate.figures.compiled import Floats
from curate.figures.material import Material
from curate.figures.rig import SIDES, Skeleton
from curate.figures.seat import Seat
from curate.figures.skirt import Skirt, hanging_skirt
from curate.figures.surface import Mesh, ball, control_rows
from curate.figures.turns import Frame

Colours = dict[str, tuple[float, float, float]]
LEGWEAR = {"socks": 0.86, "kneehighs": 0.67, "thighhighs": 0.46, "pantyhose": 0.0}
SLEEVES = {"none": 0.0, "short": 0.53, "long": 0.97}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tailor:
    """Puts garments on one figure."""

    mesh: Mesh
    skeleton: Skeleton
    torso: Torso
    outfit: Outfit
    colours: Colours
    detail: int
    seat: Seat | None = None

    def cloth(self, part: str, colour: str, pattern: str = "none", pleats: int = 0) -> Material:
        """Give a material of a named colour; patterns take the second colour or white."""
        other = "white" if colour != "white" else self.outfit.second
        return Material(
            part=part,
            colour=self.colours[colour],
            pattern=pattern,
            pattern_colour=self.colours[other],
            pattern_scale={"plaid": 12.0, "dots": 18.0, "stripes": 22.0, "bands": 9.0}.get(
                pattern, 6.0
            ),
            pleats=pleats,
            shade=0.90 if colour in {"white", "beige"} else 0.82,
            line=0.50 if colour in {"white", "beige"} else 0.36,
        )

    def neckline(self, depth: float, width: float = 0.36, rim: float = 0.93) -> Floats:
        """Give the height of a top's upper edge per column, lower at the front."""
        edge: Floats = rim - depth * np.exp(-((angles(self.detail) / width) ** 2))
        return edge

    def top(
        self,
        part: str,
        colour: str,
        *,
        low: float = 0.28,
        depth: float = 0.06,
        loose: float = 0.022,
        flare: float = 0.0,
    ) -> None:
        """Cover the trunk from the hips to the neckline, and the arms down to the sleeves' ends."""
        pattern = self.outfit.pattern if part in {"shirt", "sweater"} else "none"
        material = self.cloth(part, colour, pattern)
        self.mesh.add(
            torso_sheet(self.torso, (low, self.neckline(depth)), loose, self.detail, flare),
            material,
        )
        self.sleeves(part, colour, loose)

    def sleeves(self, part: str, colour: str, loose: float) -> None:
        """Cover the arms as far as the outfit says."""
        stop = SLEEVES[self.outfit.sleeves]
        if not stop:
            return
        flare = 0.035 if self.outfit.sleeves == "short" else 0.012
        for side in SIDES:
            rows = sleeve(limb(self.skeleton, side, "arm"), 0.0, stop, loose + 0.008, flare)
            self.mesh.add_tube(
                rows, self.cloth(part, colour), rings=len(rows), columns=self.detail // 2
            )

    def cuffs(self, colour: str, loose: float) -> None:
        """Put a band around each sleeve's end."""
        stop = SLEEVES[self.outfit.sleeves]
        for side in SIDES if stop else ():
            rows = sleeve(limb(self.skeleton, side, "arm"), stop - 0.06, stop + 0.02, loose + 0.035)
            self.mesh.add_tube(rows, self.cloth("cuffs", colour), rings=4, columns=self.detail // 2)

    def collar(self, colour: str, depth: float) -> None:
        """Lay a sailor collar over the shoulders: a V in front, a square behind."""
        around = angles(self.detail)
        edge = self.neckline(depth, 0.34, 0.955)
        away = np.abs(around) / np.pi
        width = np.interp(
            away, [0.0, 0.12, 0.5, 0.66, 0.72, 1.0], [0.05, 0.10, 0.17, 0.24, 0.27, 0.27]
        )
        piece = torso_sheet(self.torso, (edge - width, edge), 0.06, self.detail)
        self.mesh.add(piece, self.cloth("collar", colour, "hem"))

    def tie(self, colour: str, height: float, size: float) -> None:
        """Tie a bow on the chest."""
        add_bow(self.mesh, self.cloth("tie", colour), self.front(height, 0.045), size)

    def front(self, height: float, inflate: float) -> Frame:
        """Give a frame on the middle of the trunk's front."""
        place = self.torso.surface(np.array(0.0), np.array(height), inflate)
        turn = self.skeleton.frames["chest" if height > 0.5 else "spine"].turn
        return Frame(origin=place, turn=turn)

    def necktie(self, colour: str) -> None:
        """Hang a necktie down the front."""
        heights = np.array([0.875, 0.84, 0.70, 0.58, 0.52])
        points = self.torso.surface(np.zeros(5), heights, np.array([0.05, 0.06, 0.055, 0.05, 0.05]))
        wide = np.array([0.05, 0.035, 0.055, 0.075, 0.01]) * self.skeleton.thickness
        rows = control_rows(points, wide, 0.35 * wide, self.skeleton.frames["chest"].turn[:, 0])
        self.mesh.add_tube(rows, self.cloth("tie", colour), rings=12, columns=8)

    def band(self, part: str, colour: str, low: float, high: float, inflate: float) -> None:
        """Put a belt, an obi or a hem around the trunk."""
        self.mesh.add(
            torso_sheet(self.torso, (low, high), inflate, self.detail), self.cloth(part, colour)
        )

    def skirt(self, part: str, colour: str, cut: Skirt) -> None:
        """Hang a skirt, with short trousers under it."""
        piece = hanging_skirt(self.skeleton, self.torso, cut, self.seat, self.detail)
        if part in {"jacket", "hoodie", "sweater"}:
            self.mesh.add(piece, self.cloth(part, colour))
            return
        under = self.outfit.legs if self.outfit.legwear == "pantyhose" else None
        self.trousers("underskirt", under or "black", 0.34, 0.014)
        self.mesh.add(piece, self.cloth(part, colour, self.outfit.pattern, cut.pleats))

    def trousers(self, part: str, colour: str, stop: float, loose: float) -> None:
        """Cover the hips and both legs down to `stop` (0 at the hip's top, 1 at the ankle)."""
        material = self.cloth(part, colour)
        group = self.mesh.new_group()
        self.mesh.add(
            torso_sheet(self.torso, (0.0, 0.36), loose, self.detail), material, group=group
        )
        flare = 0.0 if stop < 0.4 else 0.05 if stop < 0.6 else 0.02
        for side in SIDES:
            rows = sleeve(limb(self.skeleton, side, "leg"), 0.0, stop, loose, flare)
            self.mesh.add_tube(rows, material, rings=len(rows), columns=self.detail // 2)

    def legwear(self) -> None:
        """Put on socks or stockings."""
        if self.outfit.legs is None:
            return
        start = LEGWEAR[self.outfit.legwear]
        material = self.cloth("legwear", self.outfit.legs)
        for side in SIDES:
            rows = sleeve(limb(self.skeleton, side, "leg"), start, 1.0, 0.012)
            self.mesh.add_tube(rows, material, rings=len(rows), columns=self.detail // 2)
        if start == 0.0:
            self.mesh.add(torso_sheet(self.torso, (0.0, 0.34), 0.012, self.detail), material)

    def shoes(self, skin: Material) -> None:
        """Put on shoes, or show the feet (in their stockings)."""
        worn = self.outfit.shoes
        for side in SIDES:
            if worn is not None:
                self.mesh.add(foot_piece(self.skeleton, side, 0.018), self.cloth("shoes", worn))
                self._shoe_opening(side, skin)
            else:
                legs = self.outfit.legs
                bare = self.cloth("legwear", legs) if legs else skin
                self.mesh.add(foot_piece(self.skeleton, side), bare)

    def _shoe_opening(self, side: str, skin: Material) -> None:
        frame, size = self.skeleton.frames[f"{side}_ankle"], self.skeleton.build
        piece = ball(
            np.array([0.0, -0.16 * size.ankle, 0.10 * size.foot]),
            np.array([0.135 * size.foot, 0.34 * size.ankle, 0.27 * size.foot]),
        )
        legs = self.outfit.legs
        material = self.cloth("legwear", legs) if legs else skin
        placed = piece._replace(
            vertices=frame.place(piece.vertices), normals=piece.normals @ frame.turn.T
        )
        self.mesh.add(placed, material)

    def buttons(self, colour: str, heights: list[float], inflate: float) -> None:
        """Sew buttons down the front."""
        material = self.cloth("buttons", colour)
        for height in heights:
            for sign in (-1.0, 1.0):
                place = self.torso.surface(np.array(0.22 * sign), np.array(height), inflate)
                self.mesh.add(ball(place, np.full(3, 0.026), rings=6, columns=8), material)

    def wide_sleeves(self, part: str, colour: str) -> None:
        """Let kimono sleeves hang from the arms."""
        material = self.cloth(part, colour, self.outfit.pattern)
        size = self.skeleton.build.torso
        for side in SIDES:
            rows = limb(self.skeleton, side, "arm")
            upper = sleeve(rows, 0.0, 0.62, 0.05, 0.03)
            self.mesh.add_tube(upper, material, rings=10, columns=self.detail // 2)
            low = rows[14:24].copy()
            drop = np.linspace(0.25, 1.0, len(low)) * 0.15 * size
            low[:, 1] -= drop
            low[:, 3] = drop + 0.07
            low[:, 4] = 0.10
            low[:, 5:] = np.array([0.0, 1.0, 0.0])
            self.mesh.add_tube(low, material, rings=12, columns=self.detail // 2)

    def crossed_collar(self, colour: str) -> None:
        """Cross two bands over the chest, left over right."""
        for sign in (-1.0, 1.0):
            around = np.array([-1.2, -0.62, -0.25, 0.10, 0.42]) * sign
            heights = np.array([0.97, 0.86, 0.74, 0.62, 0.52])
            lift = 0.055 + 0.012 * (sign > 0)
            points = self.torso.surface(around, heights, lift)
            turn = self.skeleton.frames["chest"].turn
            rows = control_rows(
                points, np.full(5, 0.055), np.full(5, 0.018), turn[:, 1] + sign * turn[:, 0]
            )
            self.mesh.add_tube(rows, self.cloth("collar", colour), rings=12, columns=8)

    def under(self, colour: str) -> None:
        """Show a shirt in the opening of a jacket."""
        edge = self.neckline(0.10, rim=0.95)
        piece = torso_sheet(self.torso, (0.3, edge), 0.022, self.detail)
        self.mesh.add(piece, self.cloth("shirt", colour))

    def straps(self, colour: str) -> None:
        """Hold a sleeveless dress up."""
        for sign in (-1.0, 1.0):
            around = np.array([0.62, 0.85, 1.35, 1.9, 2.35]) * sign
            heights = np.array([0.72, 0.82, 0.875, 0.83, 0.72])
            points = self.torso.surface(around, heights, 0.022)
            rows = control_rows(
                points,
                np.full(5, 0.035),
                np.full(5, 0.014),
                self.skeleton.frames["chest"].turn[:, 0],
            )
            self.mesh.add_tube(rows, self.cloth("dress", colour), rings=14, columns=6)

    def hood(self, colour: str) -> None:
        """Lay a hood around the neck and on the back."""
        turn = np.linspace(-2.3, 2.3, 15) + np.pi
        points = self.torso.surface(turn, np.full(15, 0.90), 0.10)
        size = np.interp(np.abs(turn - np.pi), [0.0, 1.2, 2.3], [0.19, 0.13, 0.05])
        across = self.skeleton.frames["chest"].turn[:, 1]
        rows = control_rows(points, size, 0.62 * size, across)
        self.mesh.add_tube(rows, self.cloth("hood", colour), rings=26, columns=12)
