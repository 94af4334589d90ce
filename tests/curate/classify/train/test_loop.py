"""The recipe from nothing, with a model so small that it takes seconds."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from support.eyes import WIDTH, heads_of

from curate.classify.embedded import Embedded
from curate.classify.labels import HEADS, mirrored_labels
from curate.classify.train import export as exporting
from curate.classify.train.drawn import draw_shards
from curate.classify.train.export import export, for_both_ways
from curate.classify.train.loop import Trainer, rate_at
from curate.classify.train.recipe import Phase, Recipe, load_recipe
from curate.classify.train.state import STATE

pytestmark = pytest.mark.usefixtures("one_thread")

MODEL = {
    "embed_dim": 16,
    "vision_cfg": {
        "timm_model_name": "test_resnet",
        "timm_model_pretrained": False,
        "timm_pool": "avg",
        "timm_proj": "linear",
        "image_size": 32,
    },
    "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 8, "heads": 1, "layers": 1},
}


def short(samples: int) -> Recipe:
    """The recipe with everything made small."""
    recipe = load_recipe()
    half = Phase(side=32, samples=samples // 2, shards=1, plain=0.5, worn=0.5)
    return replace(
        recipe,
        model=MODEL,
        batch=8,
        figures=replace(recipe.figures, shards=2, size=12),
        phases=(half, replace(half, side=64, shards=2)),
        optimizer=replace(recipe.optimizer, warmup=16),
    )


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small shards."""
    folder = tmp_path_factory.mktemp("figures")
    draw_shards(folder, short(0).figures, workers=1)
    return folder


@pytest.fixture(scope="module")
def trained(figures: Path, tmp_path_factory: pytest.TempPathFactory) -> Trainer:
    """A trainer that is done."""
    trainer = Trainer(short(64), tmp_path_factory.mktemp("run"))
    trainer.train(figures)
    return trainer


def test_equal_seeds_give_equal_weights(figures: Path, trained: Trainer, tmp_path: Path) -> None:
    again = Trainer(short(64), tmp_path)
    again.train(figures)
    for name, tensor in trained.average.items():
        assert torch.equal(tensor, again.average[name]), name


def test_a_stopped_run_goes_on_where_it_was(
    figures: Path, trained: Trainer, tmp_path: Path
) -> None:
    first = Trainer(short(64), tmp_path)
    whole = first._batches  # noqa: SLF001 - where a run is interrupted

    def stopped(folder: Path):  # type: ignore[no-untyped-def]  # noqa: ANN202
        for number, batch in enumerate(whole(folder)):
            if number == 3:
                raise KeyboardInterrupt
            yield batch

    first._batches = stopped  # type: ignore[assignment,method-assign]  # noqa: SLF001
    with pytest.raises(KeyboardInterrupt):
        first.train(figures)
    second = Trainer(short(64), tmp_path)
    assert second.seen == 3 * 8
    second.train(figures)
    for name, tensor in trained.average.items():
        assert torch.equal(tensor, second.average[name]), name


def test_weights_move_and_are_kept(trained: Trainer) -> None:
    kept = load_file(trained.folder / STATE)
    fresh = Trainer(short(64), trained.folder / "fresh")
    name = "clip.visual.head.proj.weight"
    assert not torch.equal(kept[f"now.{name}"], fresh.student.state_dict()[name])


def test_the_rate_rises_in_a_line_and_falls_to_nothing() -> None:
    recipe = load_recipe()
    peak = recipe.optimizer.rate
    assert rate_at(recipe, 0) < 0.01 * peak
    assert rate_at(recipe, recipe.optimizer.warmup) == pytest.approx(peak, rel=1e-3)
    assert rate_at(recipe, recipe.samples) < 0.01 * peak


def test_what_is_written_is_what_users_load(
    trained: Trainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "FIGURES", 40)
    heads = export(trained.average, MODEL, tmp_path, workers=1)
    eyes = Embedded(tmp_path)
    assert eyes.heads.card == heads.card
    assert set(heads.card.heads) == set(HEADS)
    assert all(head.temperature > 0 for head in heads.card.heads.values())
    assert eyes.prepare.side == 32


def test_heads_that_look_both_ways_swap_sides_of_the_mirrored_look() -> None:
    """What one look says of a picture, both looks say of it and its mirror image."""
    one = heads_of(WIDTH)
    both = for_both_ways(one)
    embedding = np.random.default_rng(1).normal(size=(1, WIDTH)).astype(np.float32)
    logits = {name: values[0] for name, values in one.logits(embedding).items()}
    # A mirrored look that says the same but for the sides changes nothing.
    for name, linear in one.heads.items():
        wanted = logits[name][list(mirrored_labels(name))] - linear.bias
        other, *_ = np.linalg.lstsq(linear.weight, wanted, rcond=None)
        features = np.concatenate([embedding, other[None].astype(np.float32)], axis=1)
        np.testing.assert_allclose(both.logits(features)[name][0], logits[name], atol=1e-3)
    box = both.quantities["figure_box"](np.concatenate([embedding, embedding], axis=1))[0]
    left, top, right, bottom = one.quantities["figure_box"](embedding)[0]
    middle = np.array([(left + 1 - right) / 2, top, (right + 1 - left) / 2, bottom])
    np.testing.assert_allclose(box, middle, atol=1e-5)
