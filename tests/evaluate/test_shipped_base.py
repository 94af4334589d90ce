"""`base: mini` as it ships: its size, its files, and that it draws what it is told."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from evaluate.experiments.studio import Drawing, SmallStudio, base_files
from rules.finding_profiles import load_base
from train.named_bases import FOLDER
from train.stamps import file_digest

pytestmark = pytest.mark.usefixtures("one_thread")

MOST_BYTES = 20 * 2**20
MINI = FOLDER / "mini"
PORTRAIT = "masterpiece, best quality, safe, 1girl, {} hair, long hair, portrait, simple background"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> SmallStudio:
    """The base at work."""
    cache = tmp_path_factory.mktemp("cache")
    return SmallStudio(base_files("mini"), cache, torch.device("cpu"))


def middle_of(picture: Image.Image) -> NDArray[np.float64]:
    """The mean colour of the upper middle of a portrait, where hair is: red, green, blue."""
    width, height = picture.size
    crop = picture.crop((width // 4, height // 8, 3 * width // 4, height // 2))
    colour: NDArray[np.float64] = np.asarray(crop.convert("RGB"), np.float64).mean(axis=(0, 1))
    return colour


def test_it_is_whole_and_small_enough_for_a_repository() -> None:
    files = base_files("mini")
    size = sum(path.stat().st_size for path in MINI.rglob("*") if path.is_file())
    assert size <= MOST_BYTES
    assert files.sha256 == file_digest(Path(files.transformer))
    assert load_base("mini").family == "anima"


def test_words_decide_what_it_draws(studio: SmallStudio) -> None:
    """Twelve steps with guidance, as the experiments draw: hair has the colour that was asked."""
    prompts = [(PORTRAIT.format(colour), seed) for colour in ("blonde", "black") for seed in (1, 2)]
    pictures = list(studio.draw(prompts, Drawing()))
    assert {picture.size for picture in pictures} == {(112, 160)}
    *blonde, dark, darker = (middle_of(picture) for picture in pictures)
    for red, _, blue in blonde:
        assert red > blue + 40
    for other in (dark, darker):
        assert other.mean() < min(colour.mean() for colour in blonde) - 40


def test_the_same_seed_draws_the_same_picture(studio: SmallStudio) -> None:
    prompt = [(PORTRAIT.format("pink"), 5)]
    first, second = (next(iter(studio.draw(prompt, Drawing()))).tobytes() for _ in range(2))
    assert first == second
