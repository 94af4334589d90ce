"""What happens to pictures on their way to a trainer, and what training should not depend on."""

import io
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from curate.classify.train.drawn import OTHER, PROP
from curate.classify.train.places import make_place
from curate.classify.train.scene import NAMES, Box, Bytes, Scene, mirrored, window

HEAD = NAMES.index("head")
ELSEWHERE = 0.25
CROPPED = 0.4
SMALLER = 0.12
HELD_BEFORE = 0.08
RATIOS = (1.0, 0.684, 0.75, 1.0, 0.684, 1.33, 1.46)


def vary(scene: Scene, rng: np.random.Generator, plain: float = 0.1) -> Scene:
    """Mirror, move, crop and cover a scene; `plain` is how often she stands before nothing."""
    if rng.random() < 0.5:
        scene = mirrored(scene)
    chance = rng.random()
    if chance < plain:
        scene = elsewhere(scene, rng, plain=True)
    elif chance < plain + ELSEWHERE:
        scene = elsewhere(scene, rng)
    chance = rng.random()
    if chance < CROPPED:
        scene = cropped(scene, rng)
    elif chance < CROPPED + SMALLER:
        scene = smaller(scene, rng)
    if rng.random() < HELD_BEFORE:
        scene = covered(scene, rng)
    return scene


def elsewhere(scene: Scene, rng: np.random.Generator, *, plain: bool = False) -> Scene:
    """Put a figure, with or without the things around her, into another place."""
    keep = scene.figure if plain or rng.random() < 0.6 else scene.parts != OTHER
    place = make_place(scene.size, rng, plain=plain)
    picture = np.where(keep[..., None], scene.picture, place)
    return replace(
        scene, picture=picture, parts=np.where(keep, scene.parts, OTHER).astype(np.uint8)
    )


def cropped(scene: Scene, rng: np.random.Generator) -> Scene:
    """Cut a part out in which the head stays; the scene itself where none is found."""
    width, height = scene.size
    for _ in range(4):
        ratio = RATIOS[int(rng.integers(len(RATIOS)))] * float(rng.uniform(0.9, 1.1))
        scale = float(rng.uniform(0.45, 1.0))
        w = int(min(width, height * ratio) * scale)
        h = int(min(height, w / ratio))
        if min(w, h) < 40:
            continue
        left, top = int(rng.integers(0, width - w + 1)), int(rng.integers(0, height - h + 1))
        if _shows_head(scene, (left, top, left + w, top + h)):
            return window(scene, (left, top, left + w, top + h), scene.picture[0, 0])
    return scene


def _shows_head(scene: Scene, box: Box) -> bool:
    """Tell whether most of the head that the picture shows is inside a box."""
    x0, y0, x1, y1 = scene.head_box
    if x1 <= x0:
        return False
    w = min(x1, box[2]) - max(x0, box[0])
    h = min(y1, box[3]) - max(y0, box[1])
    whole = (x1 - x0) * (y1 - y0)
    x, y = scene.joints[HEAD]
    middle = box[0] <= x < box[2] and box[1] <= y < box[3]
    return middle and w > 0 and h > 0 and w * h > 0.6 * whole


def smaller(scene: Scene, rng: np.random.Generator) -> Scene:
    """Give more room around a picture, in the colour of one of its corners or any other."""
    width, height = scene.size
    more = float(rng.uniform(0.05, 0.7))
    x, y = rng.uniform(0.0, 1.0, 2)
    across, down = int(more * width), int(more * height)
    left, top = -int(x * across), -int(y * down)
    any_colour = rng.integers(0, 256, 3).astype(np.uint8)
    fill = scene.picture[0, -1] if rng.random() < 0.7 else any_colour
    box = (left, top, left + width + across, top + height + down)
    wider = window(scene, box, fill)
    # A cut edge is no new framing: joints that were outside the picture are still not shown.
    outside = ~scene.inside
    joints = wider.joints.copy()
    joints[outside] = -1e4
    return replace(wider, joints=joints)


def covered(scene: Scene, rng: np.random.Generator) -> Scene:
    """Hold something before the picture, off the head's middle."""
    width, height = scene.size
    w, h = (int(rng.uniform(0.08, 0.4) * side) for side in (width, height))
    left, top = int(rng.integers(0, width - w + 1)), int(rng.integers(0, height - h + 1))
    x, y = scene.joints[HEAD]
    if left - 8 <= x < left + w + 8 and top - 8 <= y < top + h + 8:
        return scene
    picture, parts = scene.picture.copy(), scene.parts.copy()
    picture[top : top + h, left : left + w] = make_place((w, h), rng)
    parts[top : top + h, left : left + w] = PROP
    return replace(scene, picture=picture, parts=parts)


def scan(picture: Bytes, rng: np.random.Generator) -> Bytes:
    """Change colours, sharpness and compression of (h, w, 3), as files on the web differ."""
    if rng.random() < 0.6:
        picture = _recoloured(picture, rng)
    image = Image.fromarray(picture)
    chance = rng.random()
    if chance < 0.12:
        factor = float(rng.uniform(0.4, 0.9))
        size = (max(8, int(image.width * factor)), max(8, int(image.height * factor)))
        image = image.resize(size, Image.Resampling.BILINEAR).resize(
            image.size, Image.Resampling.BICUBIC
        )
    elif chance < 0.20:
        image = image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.3, 1.1))))
    elif chance < 0.30:
        image = image.filter(ImageFilter.UnsharpMask(1.5, int(rng.integers(50, 200)), 0))
    if rng.random() < 0.12:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=int(rng.integers(25, 92)))
        image = Image.open(file)
    changed = np.asarray(image)
    if rng.random() < 0.12:
        noise = rng.normal(0.0, rng.uniform(2.0, 12.0), changed.shape)
        changed = np.clip(changed + noise, 0, 255).astype(np.uint8)
    return changed


GREY = np.array([0.299, 0.587, 0.114], np.float32)


def _recoloured(picture: Bytes, rng: np.random.Generator) -> Bytes:
    """Shift contrast, light, saturation and hue."""
    saturation = float(rng.choice([0.0, rng.uniform(0.4, 1.7)], p=[0.06, 0.94]))
    mix = np.eye(3, dtype=np.float32) * saturation + (1 - saturation) * GREY[None, :]
    if rng.random() < 0.4:
        mix = _hue(float(rng.uniform(-0.5, 0.5))) @ mix
    contrast, light = float(rng.uniform(0.6, 1.35)), float(rng.uniform(-30.0, 30.0))
    tint = rng.uniform(0.88, 1.12, 3).astype(np.float32)
    mixed = (picture.astype(np.float32) @ mix.T - 128.0) * (contrast * tint) + (128.0 + light)
    return np.clip(mixed, 0, 255).astype(np.uint8)


def _hue(turn: float) -> NDArray[np.float32]:
    """Give the rotation of colours about grey by an angle in radians: (3, 3)."""
    cosine, sine = np.cos(turn), np.sin(turn)
    axis = np.full((3, 3), (1 - cosine) / 3)
    cross = sine * np.sqrt(1 / 3) * np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    return np.asarray(cosine * np.eye(3) + axis + cross, np.float32)


def company(scene: Scene, other: Scene, rng: np.random.Generator) -> Scene:
    """Let another figure stand in the same picture."""
    image = Image.fromarray(other.picture)
    mask = Image.fromarray((other.figure * 255).astype(np.uint8))
    x0, y0, x1, y1 = other.figure_box
    if x1 - x0 < 8 or y1 - y0 < 8:
        return scene
    width, height = scene.size
    scale = float(rng.uniform(0.6, 1.0)) * min(width / (x1 - x0), height / (y1 - y0))
    size = (max(6, int((x1 - x0) * scale * 0.7)), max(6, int((y1 - y0) * scale)))
    canvas = Image.fromarray(np.ascontiguousarray(scene.picture))
    at = (int(rng.integers(-size[0] // 3, width - size[0] // 2)), height - size[1])
    canvas.paste(
        image.crop((x0, y0, x1, y1)).resize(size), at, mask.crop((x0, y0, x1, y1)).resize(size)
    )
    return replace(scene, picture=np.asarray(canvas))
