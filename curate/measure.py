"""Facts of one picture file: what its header says, and what its pixels are.

Imported only where something is to be measured; Pillow and numpy stay out of a warm lint.
"""

import hashlib
import io
import math
import os
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image, ImageCms, UnidentifiedImageError

from curate.folder import FILE_BYTES
from curate.metadata import encodable, read_metadata
from rules.model import FileFacts

MEASURER = "file/1"
# 8,192 pixels squared: twice an 8K screen. A thread holds a picture some three times.
PIXEL_BOUND = 2**26
HEAD_BYTES = 2**20
HASH_SIDE = 32
STRIP = 64
# Pillow would hand these to an interpreter.
PROGRAMS = frozenset({"EPS"})
EXIF_ORIENTATION = 0x0112
PNG_DEPTH_OFFSET = 24
OPAQUE = 255

# The bound above is ours and is checked before any pixel is decoded.
Image.MAX_IMAGE_PIXELS = None

_k = np.arange(HASH_SIDE)
COSINES = np.cos(np.pi * np.outer(np.arange(8), 2 * _k + 1) / (2 * HASH_SIDE))


def measure(path: str, known: Mapping[str, FileFacts]) -> tuple[str, FileFacts]:
    """sha256 and facts of a picture; whatever is wrong with it becomes a fact.

    Args:
        path: of the file.
        known: sha256 -> facts; a copy of what was measured is not decoded again.

    Raises:
        OSError: the file cannot be read at all.
    """
    with open(path, "rb") as file:  # noqa: PTH123 - a hot loop over real paths
        size = os.fstat(file.fileno()).st_size
        if size > FILE_BYTES:
            # A file of terabytes is not worth reading: its size and start stand for it.
            start = hashlib.sha256(b"%d bytes " % size + file.read(HEAD_BYTES))
            error = f"{size:,} bytes are over the bound of {FILE_BYTES:,}"
            return start.hexdigest(), FileFacts(bytes=size, error=error)
        raw = file.read()
    digest = hashlib.sha256(raw).hexdigest()
    return digest, known.get(digest) or measure_bytes(raw)


def measure_bytes(raw: bytes) -> FileFacts:
    """Facts of a picture in memory."""
    if not raw:
        return FileFacts(bytes=0, error="the file is empty")
    header: dict[str, Any] = {"bytes": len(raw)}
    # Decoders raise whatever their format's parsers raise (SyntaxError, struct.error, KeyError,
    # MemoryError...); every one of them means that the picture cannot be read.
    try:
        with Image.open(io.BytesIO(raw)) as image:
            header |= _shape(image, raw)
            if image.format in PROGRAMS:
                return FileFacts(**header, error=f"{image.format} is a program, which is not run")
            if image.width * image.height > PIXEL_BOUND:
                bound = math.isqrt(PIXEL_BOUND)
                error = f"{image.width}x{image.height} is over the bound of {bound}x{bound} pixels"
                return FileFacts(**header, error=error)
            image.load()
            header |= _said(image)
            return FileFacts(**header, **_pixels(image))
    except UnidentifiedImageError:
        return FileFacts(**header, error="the content is no picture that can be read")
    except Exception as error:  # noqa: BLE001 - see above
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        return FileFacts(**header, error=f"it does not decode: {reason}")


def _shape(image: Image.Image, raw: bytes) -> dict[str, Any]:
    """What the first bytes say; nothing here decodes a pixel."""
    deep = image.mode.startswith(("I", "F")) or (
        image.format == "PNG" and raw[PNG_DEPTH_OFFSET] == 16  # noqa: PLR2004 - bits a channel
    )
    return {
        "format": image.format,
        "width": image.width,
        "height": image.height,
        "mode": image.mode,
        "bits": 16 if deep else 8,
    }


def _said(image: Image.Image) -> dict[str, Any]:
    """What a picture says of itself. To ask for a PNG's EXIF decodes it, hence after the bound."""
    exif = image.getexif()
    generator, model, prompt = read_metadata(image.info, exif)
    # Garbage may be a fraction or text, and a fraction may equal a number.
    orientation = exif.get(EXIF_ORIENTATION, 1)
    moving = image.format != "MPO" and getattr(image, "is_animated", False)
    return {
        "orientation": int(orientation) if orientation in range(1, 9) else 1,
        "frames": getattr(image, "n_frames", 1) if moving else 1,
        "icc": _foreign_profile(image.info.get("icc_profile")),
        "generator": generator,
        "model": model,
        "prompt": prompt,
    }


def _foreign_profile(icc: object) -> str | None:
    """The name of an embedded colour profile, None for none and for sRGB."""
    if not isinstance(icc, bytes) or not icc:
        return None
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        name = encodable(ImageCms.getProfileDescription(profile).strip())
    except (ImageCms.PyCMSError, OSError, ValueError):
        return "unreadable profile"
    return None if "srgb" in name.lower() else name[:100] or "unnamed profile"


def _pixels(image: Image.Image) -> dict[str, Any]:
    transparent = image.has_transparency_data
    mode = "RGBA" if transparent else "RGB"
    # converting to the mode that it has would copy the picture
    colour = image if image.mode == mode else image.convert(mode)
    share, hidden = _alpha(colour) if transparent else (0.0, None)
    phash, mirrored = _perceptual_hashes(colour)
    return {
        "alpha_share": share,
        "hidden_colour": hidden,
        "pixels": _digest(colour),
        "phash": phash,
        "phash_mirrored": mirrored,
    }


def _digest(image: Image.Image) -> str:
    """sha256 of mode, size and pixels, strip by strip: one large copy costs half as much again."""
    digest = hashlib.sha256(f"{image.mode} {image.size}".encode())
    for top in range(0, image.height, STRIP):
        bottom = min(image.height, top + STRIP)
        digest.update(image.crop((0, top, image.width, bottom)).tobytes())
    return digest.hexdigest()


def _alpha(image: Image.Image) -> tuple[float, tuple[int, int, int] | None]:
    """Share of pixels that are not opaque, and the mean colour that lies beneath them."""
    pixels_HWC = np.asarray(image)  # noqa: N806 - shape suffix: height, width, channel
    clear_HW = pixels_HWC[..., 3] < OPAQUE  # noqa: N806 - the same
    if not clear_HW.any():
        return 0.0, None
    red, green, blue = pixels_HWC[clear_HW][:, :3].mean(axis=0)
    return round(float(clear_HW.mean()), 6), (round(red), round(green), round(blue))


def _perceptual_hashes(image: Image.Image) -> tuple[str, str]:
    """64 bits of the picture's lowest cosine frequencies, and of its mirror image's.

    Source: Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010.
    Mirroring a picture changes the sign of its odd horizontal frequencies, and nothing else.
    """
    size, box = (HASH_SIDE, HASH_SIDE), Image.Resampling.BOX
    # whole factors first: a mean over blocks is the same, and costs half
    factors = (max(1, image.width // HASH_SIDE), max(1, image.height // HASH_SIDE))
    grey = image.reduce(factors).convert("L").resize(size, box)
    frequencies = COSINES @ np.asarray(grey, dtype=np.float64) @ COSINES.T
    # Rounding keeps flat pictures from hashing the noise of the last bit.
    plain = np.round(frequencies, 6)
    mirrored = plain * np.where(np.arange(8) % 2, -1, 1)
    return _bits(plain), _bits(mirrored)


def _bits(frequencies: "np.ndarray[Any, np.dtype[np.float64]]") -> str:
    flat = frequencies.ravel()
    high = flat > np.median(flat[1:])
    return np.packbits(high).tobytes().hex()
