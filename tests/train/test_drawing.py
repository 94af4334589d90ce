"""A base draws with LoRAs on as their matrices say, and without them as before."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from support.miniature import write_base
from support.runs import SAMPLES, write_run

from curate.errors import UserError
from train import run as runs
from train.anima import loading
from train.anima.names import to_diffusers
from train.config import TrainConfig, load_config
from train.drawing import Artist
from train.fitting import check_fit
from train.lora_files import Lora, Pair, read_lora, write_lora
from train.sample import sample
from train.samples import conditions
from train.settings import SamplerSettings

pytestmark = pytest.mark.usefixtures("one_thread")

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> TrainConfig:
    """A run of two epochs with samples."""
    path = write_run(tmp_path_factory.mktemp("run"), samples=SAMPLES, optimizer={"lr": 1e-2})
    config = load_config(path)
    assert runs.run(config, approved_only=False, force=False, say=lambda _: None)
    return config


def lora_file(config: TrainConfig, epoch: int) -> Path:
    return config.run_folder / f"epoch-{epoch:04d}" / f"tiny-{epoch:04d}.safetensors"


def pixels(path: Path) -> "np.ndarray[tuple[int, ...], np.dtype[np.int16]]":
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"), np.int16)


def test_a_file_draws_what_its_epoch_drew(trained: TrainConfig, tmp_path: Path) -> None:
    said: list[str] = []
    files = [lora_file(trained, 1), lora_file(trained, 2)]
    sheet = sample(trained, files, strength=1.0, out=tmp_path, say=said.append)
    run = trained.run_folder
    for drawn, epoch in (("base", "epoch-0000"), ("tiny-0001", "epoch-0001")):
        for name in ("K-1", "K-2", "N-1", "N-2"):
            ours = pixels(tmp_path / drawn / "samples" / f"{name}.png")
            theirs = pixels(run / epoch / "samples" / f"{name}.png")
            # A file holds bf16, the run fp32.
            assert np.abs(ours - theirs).max() <= (0 if drawn == "base" else 3)
    first = pixels(tmp_path / "tiny-0001" / "samples" / "K-1.png")
    assert (first != pixels(tmp_path / "base" / "samples" / "K-1.png")).any()
    with Image.open(sheet) as found:
        assert found.width > 3 * 64
    assert not [line for line in said if line.startswith("warning")]


def test_at_strength_0_nothing_changes(trained: TrainConfig, tmp_path: Path) -> None:
    sample(trained, [lora_file(trained, 2)], strength=0.0, out=tmp_path, say=lambda _: None)
    for name in ("K-1", "N-2"):
        ours = tmp_path / "tiny-0002" / "samples" / f"{name}.png"
        assert (pixels(ours) == pixels(tmp_path / "base" / "samples" / f"{name}.png")).all()


def artist_of(config: TrainConfig) -> Artist:
    artist = Artist(config.base, Path(config.cache), device=CPU, dtype=torch.float32)
    artist.read(["keichan"], "")
    return artist


def random_lora(config: TrainConfig, seed: int) -> Lora:
    given = torch.Generator().manual_seed(seed)
    like = read_lora(lora_file(config, 1))
    return Lora(
        {
            name: Pair(*(torch.randn(m.shape, generator=given) / 8 for m in (pair.down, pair.up)))
            for name, pair in like.modules.items()
        },
        {},
    )


def test_several_loras_add_up_and_come_off(trained: TrainConfig) -> None:
    shown = conditions({"K": "keichan"}, [1])
    settings = replace(trained.samples, width=64, height=64)
    artist = artist_of(trained)
    bare = np.asarray(next(artist.draw(shown, settings)), np.int16)
    one, two = random_lora(trained, 1), random_lora(trained, 2)
    artist.wear({Path("one"): (one, 1.0), Path("two"): (two, 0.5)})
    both = np.asarray(next(artist.draw(shown, settings)), np.int16)
    artist.wear({})
    assert (np.asarray(next(artist.draw(shown, settings)), np.int16) == bare).all()

    merged = artist_of(trained)
    model = merged._model  # noqa: SLF001 - its weights are changed as the formula says
    for lora, strength in ((one, 1.0), (two, 0.5)):
        for name, pair in lora.modules.items():
            layer = model.get_submodule(to_diffusers(name))
            layer.weight.data += strength * pair.up @ pair.down
    expected = np.asarray(next(merged.draw(shown, settings)), np.int16)
    assert np.abs(both - expected).max() <= 1
    assert np.abs(both - bare).max() > 5


def test_a_lora_for_a_base_of_another_depth_or_width_is_refused(
    trained: TrainConfig, tmp_path: Path
) -> None:
    model = loading.load_transformer(
        Path(trained.base.transformer), dtype=torch.float32, device=CPU
    )
    file = Path(trained.base.transformer)
    lora = read_lora(lora_file(trained, 1))
    deeper = write_base(tmp_path, blocks=3) / "transformer.safetensors"
    three = loading.load_transformer(deeper, dtype=torch.float32, device=CPU)
    with pytest.raises(UserError, match=r"is for a base of 2 blocks, and .* has 3"):
        check_fit(Path("x"), lora, three, deeper)
    last = Lora({"blocks.2.mlp.layer1": next(iter(lora.modules.values()))}, {})
    with pytest.raises(UserError, match=r"is for a base of at least 3 blocks, and .* has 2"):
        check_fit(Path("x"), last, model, file)
    wide = Lora({n: Pair(p.down, torch.zeros(9, 4)) for n, p in lora.modules.items()}, {})
    with pytest.raises(
        UserError, match=r"is for another base: .* and 9 outputs there, \(64, \d+\)"
    ):
        check_fit(Path("x"), wide, model, file)


def test_a_lora_of_another_file_of_the_same_shape_is_worn_with_a_warning(
    trained: TrainConfig, tmp_path: Path
) -> None:
    other = write_base(tmp_path, seed=1) / "transformer.safetensors"
    model = loading.load_transformer(other, dtype=torch.float32, device=CPU)
    said = check_fit(Path("a.safetensors"), read_lora(lora_file(trained, 1)), model, other)
    assert said == [
        "a.safetensors was trained on another file than transformer.safetensors; it may miss"
    ]


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_an_adapter_that_was_trained_is_refused_and_one_of_zeros_is_not(
    trained: TrainConfig, tmp_path: Path, value: float
) -> None:
    lora = read_lora(lora_file(trained, 1))
    pair = Pair(torch.ones(4, 32), torch.full((32, 4), value))
    path = tmp_path / "turbo.safetensors"
    touched = Lora({**lora.modules, "llm_adapter.blocks.0.self_attn.q_proj": pair}, {})
    write_lora(path, touched, dtype=torch.float32)
    artist = artist_of(trained)
    if value:
        with pytest.raises(UserError, match="changes the text adapter, too"):
            artist.wear({path: (read_lora(path), 1.0)})
    else:
        assert artist.wear({path: (read_lora(path), 1.0)}) == []


def test_what_does_not_fit_is_refused_before_anything_is_drawn(
    trained: TrainConfig, tmp_path: Path
) -> None:
    write_base(tmp_path, blocks=3)
    deeper = replace(trained.base, transformer=str(tmp_path / "transformer.safetensors"))
    out = tmp_path / "out"
    with pytest.raises(UserError, match="is for a base of 2 blocks"):
        sample(
            replace(trained, base=deeper),
            [lora_file(trained, 1)],
            strength=1.0,
            out=out,
            say=lambda _: None,
        )
    assert not out.exists()


def test_two_files_of_one_name_are_refused(trained: TrainConfig, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="another one is called tiny-0001"):
        sample(trained, [lora_file(trained, 1)] * 2, strength=1.0, out=tmp_path, say=print)


def test_seeds_that_are_drawn_together_are_what_they_are_alone(trained: TrainConfig) -> None:
    artist = Artist(trained.base, Path(trained.cache), device=CPU, dtype=torch.float32)
    artist.read(["keichan, smile"], "")
    settings = replace(trained.samples, drawing=SamplerSettings(steps=2, cfg=2.0))
    together = artist.latents("keichan, smile", [3, 4], settings)
    for place, seed in enumerate((3, 4)):
        alone = artist.latents("keichan, smile", [seed], settings)
        assert torch.allclose(together[place], alone[0], atol=1e-4)
