"""The pictures of `docs/figures`: every pose, view, hair, outfit, face, and random figures."""

import numpy as np

from curate.figures.camera import Camera
from curate.figures.character import Character
from curate.figures.compiled import Bytes
from curate.figures.draw import draw
from curate.figures.figure import Backdrop, Figure
from curate.figures.poses import draw_pose, variants
from curate.figures.sheets import contact_sheet
from curate.figures.spec import sheet

VIEW_AZIMUTHS = (0, 45, 90, 135, 180, -135, -90, -45)
STUDIO = Backdrop(kind="gradient", colour=(0.955, 0.960, 0.975), second=(0.855, 0.880, 0.925))


def posed(character: Character, pose: str, variant: str, camera: Camera, seed: int = 5) -> Figure:
    """Give a figure in a studio."""
    rng = np.random.default_rng(seed)
    return Figure(
        seed=seed,
        character=character,
        outfit=next(iter(character.outfits)),
        expression="smile",
        pose=draw_pose(pose, rng, variant=variant),  # type: ignore[arg-type]
        camera=camera,
        backdrop=STUDIO,
    )


def poses_by_view(size: tuple[int, int]) -> Bytes:
    """Draw every kind of every pose from eight sides."""
    pictures, labels = [], []
    for name, kinds in variants().items():
        for i, kind in enumerate(kinds):
            who = sheet(("keichan", "kanachan")[i % 2])
            for azimuth in VIEW_AZIMUTHS:
                camera = Camera(azimuth=azimuth, elevation=6.0)
                figure = posed(who, name, kind.name, camera)
                pictures.append(draw(figure, *size).picture)
                labels.append(f"{name}: {kind.name}" if azimuth == 0 else "")
    return contact_sheet(pictures, len(VIEW_AZIMUTHS), labels)
