"""A small base is made by the loop that trains LoRAs, and is read as the published one is."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from support.pretraining import make_tiny, tiny_recipe

from curate.errors import UserError
from curate.figures.draw import draw
from curate.figures.prior import sample_many
from train.anima import loading
from train.anima.conditioning import Tokenizers
from train.anima.latents import decode_latents, encode_picture
from train.anima.shapes import VaeSize
from train.anima.velocity import velocity
from train.config import BaseFiles
from train.metrics import read_metrics
from train.pretrain.analytic_encoder import fit_patches, latents_of, patches_of, write_encoder
from train.pretrain.captions import caption_of, full_caption
from train.pretrain.figures import Words, draw_shards, read_shard, shard_path, words_of
from train.pretrain.latents import pixels_of
from train.pretrain.networks import make_networks
from train.pretrain.progress import Pace, in_words
from train.pretrain.recipe import ON_CUDA, RECIPE, FiguresPlan, load_recipe
from train.pretrain.single_frame import single_frame
from train.pretrain.stage import StageRun
from train.safetensors_files import read_header
from train.untyped import Untyped

CPU = torch.device("cpu")
WORDS = Words(
    structure=("blue ribbon", "blonde hair", "twintails"),
    general=("full body", "standing", "smile"),
    prose=("She stands.", "She wears a coat."),
    labels={},
)


@pytest.fixture(scope="module")
def pixels() -> torch.Tensor:
    """Twelve drawn strangers."""
    figures = sample_many("default", 3, 12)
    return pixels_of(torch.from_numpy(np.stack([draw(f, 64, 64).picture for f in figures])))


@pytest.fixture(scope="module")
def vae(pixels: torch.Tensor) -> Untyped:
    torch.manual_seed(0)
    made = loading.make_vae(VaeSize(base_dim=16, z_dim=16), CPU)
    patches_NP = patches_of(pixels).transpose(1, 2).flatten(0, 1)
    write_encoder(made, fit_patches(patches_NP, 16, 0.5))
    return made.eval()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pretrained")
    assert make_tiny(folder)
    return folder


def test_the_written_encoder_computes_one_matrix_product(
    vae: Untyped, pixels: torch.Tensor
) -> None:
    patches_NP = patches_of(pixels).transpose(1, 2).flatten(0, 1)
    patches = fit_patches(patches_NP, 16, 0.5)
    wanted = latents_of(pixels, patches)
    found = torch.stack([encode_picture(vae, picture) for picture in pixels])
    assert float((found - wanted).square().mean().sqrt()) < 1e-3
    assert float(wanted.var(dim=(0, 2, 3)).mean()) == pytest.approx(1, abs=0.02)
    # numpy's singular values say how much sixteen directions can keep at most.
    centred = (patches_NP - patches_NP.mean(0)).double().numpy()
    energy = np.linalg.svd(centred, compute_uv=False) ** 2
    back = np.linalg.pinv(patches.weight_KP.double().numpy())
    kept = centred @ patches.weight_KP.double().numpy().T @ back.T
    assert (kept**2).sum() / (centred**2).sum() == pytest.approx(
        energy[:16].sum() / energy.sum(), rel=1e-6
    )


@pytest.mark.parametrize(("whitening", "spread"), [(0.0, False), (1.0, True)])
def test_whitening_makes_channels_alike(
    pixels: torch.Tensor, whitening: float, *, spread: bool
) -> None:
    patches_NP = patches_of(pixels).transpose(1, 2).flatten(0, 1)
    latents = latents_of(pixels, fit_patches(patches_NP, 16, whitening))
    deviations = latents.transpose(0, 1).flatten(1).std(1)
    assert bool(deviations.max() / deviations.min() < 1.01) is spread


def test_one_frame_decodes_alike_with_flat_convolutions(vae: Untyped) -> None:
    latents = torch.randn(1, 16, 4, 6)
    wanted = decode_latents(vae, latents)
    with single_frame(vae):
        found = decode_latents(vae, latents)
    assert torch.allclose(found, wanted, atol=1e-5)
    assert torch.equal(decode_latents(vae, latents), wanted)
    with single_frame(vae), pytest.raises(ValueError, match="2 frames"):
        vae.decoder.conv_in(torch.zeros(1, 16, 2, 4, 4))


def test_captions_are_told_in_the_order_of_the_base() -> None:
    full = (
        "masterpiece, best quality, safe, 1girl, blue ribbon, blonde hair, twintails, full body, "
        "standing, smile. She stands. She wears a coat."
    )
    assert full_caption(WORDS) == full
    plan = load_recipe().words
    told = [caption_of(WORDS, plan, seed) for seed in range(4000)]
    assert told == [caption_of(WORDS, plan, seed) for seed in range(4000)]
    assert told.count("") / 4000 == pytest.approx(plan.empty, abs=0.02)
    spoken = [text for text in told if text]
    quality = sum(text.startswith("masterpiece") for text in spoken) / len(spoken)
    assert quality == pytest.approx(plan.quality, abs=0.03)
    prose = sum(text.endswith("coat.") for text in spoken) / len(spoken)
    assert prose == pytest.approx(1 - plan.only_tags, abs=0.03)
    assert full in told


def test_words_name_what_is_in_sight_and_nothing_else() -> None:
    told = 0
    for number, figure in enumerate(sample_many("default", 21, 24)):
        truth = draw(figure, 128, 128).truth
        words = words_of(truth, np.random.default_rng(number))
        ribbon = figure.character.accessories.ribbon
        seen = ribbon is not None and truth.parts.get("ribbon", 0) >= 20
        assert (f"{ribbon} ribbon" in words.structure) is seen
        assert f"{figure.character.hair.colour} hair" in words.structure
        assert "hair intakes" not in f"{words.structure} {words.general} {words.prose}"
        assert words.labels["view"] == truth.view
        assert words == words_of(truth, np.random.default_rng(number))
        told += seen
    assert told > 2


def test_shards_are_drawn_once_whatever_the_number_of_processes(tmp_path: Path) -> None:
    plan = FiguresPlan(prior="default", seed=1, shards=2, size=2, canvases=((32, 32), (32, 48)))
    draw_shards(tmp_path / "one", plan, workers=1)
    draw_shards(tmp_path / "two", plan, workers=2)
    for i, shape in enumerate([(2, 32, 32, 3), (2, 48, 32, 3)]):
        one, two = (read_shard(shard_path(tmp_path / name, i)) for name in ("one", "two"))
        assert one.pictures_nhwc.shape == shape
        assert np.array_equal(one.pictures_nhwc, two.pictures_nhwc)
        assert one.words == two.words
    before = shard_path(tmp_path / "one", 0).stat().st_mtime_ns
    draw_shards(tmp_path / "one", plan, workers=1)
    assert shard_path(tmp_path / "one", 0).stat().st_mtime_ns == before


def test_a_small_transformer_begins_as_nothing_and_moves() -> None:
    transformer = make_networks(load_recipe()).transformer
    noisy, rows = torch.randn(2, 16, 4, 4), torch.randn(2, 8, 128)
    sigma = torch.tensor([0.3, 0.9])
    out = velocity(transformer, noisy, sigma, rows)
    assert not out.any()
    out.sub(noisy).square().mean().backward()  # type: ignore[no-untyped-call]
    assert transformer.proj_out.weight.grad.any()


def test_what_was_made_is_read_as_the_published_files_are(made: Path) -> None:
    base = made / "base"
    network = loading.load_transformer(
        base / "transformer.safetensors", dtype=torch.float32, device=CPU, rope_scale=(1, 1, 1)
    )
    adapter = loading.load_adapter(
        base / "transformer.safetensors",
        dtype=torch.float32,
        device=CPU,
        context_rows=tiny_recipe(made).context_rows,
    )
    text = loading.load_qwen(base / "text_encoder.safetensors", dtype=torch.float32, device=CPU)
    vae = loading.load_vae(base / "vae.safetensors", dtype=torch.float32, device=CPU)
    sizes = tiny_recipe(made).sizes
    assert network.config.num_layers == sizes.transformer.blocks
    assert adapter.config.target_vocab_size == sizes.adapter.vocabulary
    assert text.config.vocab_size == sizes.text_encoder.vocabulary
    assert vae.config.base_dim == sizes.vae.base_dim
    heads = {tensor.dtype for tensor in read_header(base / "vae.safetensors").tensors.values()}
    assert heads == {"F16"}
    told = (base / "base.yaml").read_text()
    assert f"context_rows: {tiny_recipe(made).context_rows}" in told
    assert set(BaseFiles.__dataclass_fields__) == {
        line.split(":")[0] for line in told.splitlines() if not line.startswith("-")
    }
    assert "24 drawn figures" in (base / "README.md").read_text()


def test_the_tokenizers_know_every_letter_and_end_like_the_real_ones(made: Path) -> None:
    qwen, t5 = (loading.load_tokenizer(str(made / "base" / name)) for name in ("qwen", "t5"))
    both = Tokenizers(qwen, t5)
    tokens = both.caption("masterpiece, zuqyxan, Full body.")
    assert t5.unk_token_id not in tokens.t5
    assert tokens.t5[-1] == t5.eos_token_id == 1
    assert (t5.pad_token_id, t5.unk_token_id) == (0, 2)
    assert qwen.decode(tokens.qwen) == "masterpiece, zuqyxan, Full body."
    assert len(both.caption("masterpiece").t5) == 2
    assert both.captions(["masterpiece", ""]) == [both.caption("masterpiece"), both.caption("")]
    assert both.caption("").qwen == (qwen.pad_token_id,)


def test_it_leaves_a_log_and_sheets(made: Path) -> None:
    lines = read_metrics(made / "work" / "drawing")
    assert [line["step"] for line in lines] == list(range(1, 9))
    assert all(math.isfinite(line["loss"]) for line in lines)
    with Image.open(made / "work" / "drawing" / "samples-by-epoch.png") as sheet:
        assert sheet.width > 128
    with Image.open(made / "work" / "decoder" / "epoch-0001" / "decoded.png") as sheet:
        assert sheet.height == 128


def test_stopped_and_resumed_it_ends_in_the_same_bytes(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A state behind every step, and an end behind each: the clock of a stage jumps ahead.
    for stage in ("figures", "latents", "qwen", "t5"):
        (tmp_path / "work" / stage).mkdir(parents=True)
        for file in (made / "work" / stage).iterdir():
            (tmp_path / "work" / stage / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr("train.pretrain.stage.SAVE_EVERY_SECONDS", 0.0)
    log = StageRun._save_now_and_then  # noqa: SLF001 - where a step ends

    def short(run: StageRun, line: dict[str, Any]) -> None:
        log(run, line)
        run._until = 0.0 if line["step"] % 3 == 0 else run._until  # noqa: SLF001

    monkeypatch.setattr(StageRun, "_save_now_and_then", short)
    starts = 1
    while not make_tiny(tmp_path):
        starts += 1
    assert starts == 4
    for name in ("transformer", "text_encoder", "vae"):
        one, other = (
            load_file(folder / "base" / f"{name}.safetensors") for folder in (made, tmp_path)
        )
        assert all(torch.equal(one[key], other[key]) for key in one), name


def test_a_folder_of_another_recipe_is_refused(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work").symlink_to(made / "work")
    import support.pretraining as support

    changed = {**support.TINY, "seed": 10}
    monkeypatch.setattr(support, "TINY", changed)
    with pytest.raises(UserError, match="began with another recipe or other figures"):
        make_tiny(tmp_path)


def test_a_gpu_changes_sizes_and_batches_alone() -> None:
    small, large = load_recipe(), load_recipe(RECIPE, ON_CUDA)
    assert (small.sizes.transformer.blocks, large.sizes.transformer.blocks) == (6, 8)
    assert large.sizes.transformer.width == small.sizes.transformer.width == 192
    assert large.sizes.vae == small.sizes.vae
    assert large.words == small.words


def test_progress_is_told_with_the_time_that_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 10.0, 40.0])
    monkeypatch.setattr("train.pretrain.progress.time.monotonic", lambda: next(clock))
    lines: list[str] = []
    pace = Pace("drawing", 1000, say=lines.append)
    pace.advance(10)
    pace.advance(70, "loss 0.5000")
    assert lines == ["drawing: 80 of 1,000, 2.0/s, 7 min left, loss 0.5000"]
    assert (in_words(7322), in_words(61), in_words(3)) == ("2 h 2 min", "1 min", "3 s")
