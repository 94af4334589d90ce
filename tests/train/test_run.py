"""A run learns, resumes bit for bit, reads its caches, and ends on nothing but its own files."""

# ruff: noqa: ANN401 - what stands in for another function takes whatever that takes
import builtins
import copy
import gc
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from support.folders import draw
from support.miniature import write_base
from support.runs import SAMPLES, write_run

from curate.errors import UserError
from train import checkpoints, loop, samples
from train import run as runs
from train.anima import loading
from train.anima.objective import flow_matching
from train.anima.picture_side import PictureSide
from train.block_swap import BlockSwap
from train.config import TrainConfig, load_config
from train.lock import locked
from train.lora_files import read_lora
from train.material import gather
from train.metrics import MetricsFile, read_metrics
from train.processes import Processes
from train.samples import Condition
from train.studio import Studio

pytestmark = pytest.mark.usefixtures("one_thread")

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_base(tmp_path_factory.mktemp("base"))


@pytest.fixture
def made(tmp_path: Path, base: Path) -> Callable[..., TrainConfig]:
    """A run below tmp_path with some settings of its own."""
    (tmp_path / "base").symlink_to(base)

    def make(**settings: Any) -> TrainConfig:
        return load_config(write_run(tmp_path, **settings))

    return make


def start(config: TrainConfig, *, force: bool = False) -> list[str]:
    said: list[str] = []
    assert runs.run(config, approved_only=False, force=force, say=said.append)
    return said


def contents(config: TrainConfig) -> dict[str, bytes]:
    return {
        str(path.relative_to(config.run_folder)): path.read_bytes()
        for path in sorted(config.run_folder.rglob("*.safetensors"))
    }


def losses(config: TrainConfig) -> list[float]:
    return [line["loss"] for line in read_metrics(config.run_folder)]


Made = Callable[..., TrainConfig]


def test_an_epoch_leaves_a_lora_that_names_its_origin_and_a_state(made: Made) -> None:
    config = made()
    assert start(config)[-1].startswith("6 steps done")
    lora = read_lora(config.run_folder / "epoch-0002" / "tiny-0002.safetensors")
    assert len(lora.modules) == 20
    assert {pair.up.dtype for pair in lora.modules.values()} == {torch.bfloat16}
    told = lora.metadata
    assert (told["ss_steps"], told["lora_curate.blocks"], told["lora_curate.trigger"]) == (
        "6",
        "2",
        "keichan",
    )
    assert str(config.run_folder.parent.parent) not in json.dumps(dict(told))
    state = load_file(config.run_folder / "epoch-0002" / "state.safetensors")
    assert len([key for key in state if key.startswith("optimizer/exp_avg/")]) == 40


def test_twenty_steps_are_the_same_every_time_and_resume_in_their_midst(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = {"rank": 4, "alpha": 4.0, "dropout": 0.1}
    config = made(epochs=5, repeats=4, accumulation=3, adapter=adapter)
    start(config)
    assert len(losses(config)) == 20
    again = replace(config, name="again")
    start(again)
    assert losses(again) == losses(config)
    broken = replace(config, output=f"{config.output}-broken")
    real, asked = loop.rate_at, []

    def stop_at_ten(*given: Any) -> float:
        asked.append(1)
        if len(asked) == 10:
            signal.raise_signal(signal.SIGTERM)
        return real(*given)

    monkeypatch.setattr(loop, "rate_at", stop_at_ten)
    assert not runs.run(broken, approved_only=False, force=False, say=lambda _: None)
    assert losses(broken) == losses(config)[:10]
    assert (broken.run_folder / "interrupted" / "state.safetensors").exists()
    assert "resuming behind step 10" in start(broken)
    assert losses(broken) == losses(config)
    assert contents(broken) == contents(config)


def test_no_draw_comes_from_a_generator_that_somebody_else_may_use(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a state needs to hold none: dropout, sigmas, noise, orders, captions, flips, samples."""
    chance: dict[str, Any] = {
        "adapter": {"rank": 4, "alpha": 4.0, "dropout": 0.2},
        "captions": {"dropout": 0.3, "shuffle": ["general"], "variants": 3},
        "flip": True,
        "checkpointing": True,
        "samples": SAMPLES,
    }
    quiet = made(name="quiet", **chance)
    start(quiet)
    real = MetricsFile.write

    def disturbed(self: MetricsFile, line: dict[str, Any]) -> None:
        for seed in (random.seed, np.random.seed, torch.manual_seed):
            seed(line["step"])
        random.random(), np.random.random(), torch.rand(3)  # noqa: NPY002, S311 - disturbs
        real(self, line)

    monkeypatch.setattr(MetricsFile, "write", disturbed)
    loud = replace(quiet, output=f"{quiet.output}-loud")
    start(loud)
    assert losses(loud) == losses(quiet)
    assert contents(loud) == contents(quiet)
    for sheet in quiet.run_folder.rglob("*.png"):
        other = loud.run_folder / sheet.relative_to(quiet.run_folder)
        assert other.read_bytes() == sheet.read_bytes()


GOLDEN = [
    1.541598, 1.5444391, 1.5070862, 1.5088656, 1.5818493, 1.5583995, 1.5403105, 1.5431594,
    1.5013406, 1.5572205, 1.4422667, 1.5194695, 1.4099581, 1.5228255, 1.5430184, 1.5655016,
    1.4413238, 1.4038353, 1.3433352, 1.449531,
]  # fmt: skip


def test_the_losses_are_the_golden_ones(made: Made) -> None:
    config = made(epochs=5, repeats=4, accumulation=3)
    start(config)
    assert losses(config) == pytest.approx(GOLDEN, rel=1e-5)


def test_the_second_epoch_reads_nothing_but_caches(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = made(epochs=2)
    opened: list[tuple[int, str]] = []
    epoch = [0]
    real_open, real_bytes = builtins.open, Path.read_bytes

    def counting_open(file: Any, *rest: Any, **named: Any) -> Any:
        opened.append((epoch[0], str(file)))
        return real_open(file, *rest, **named)

    def counting_bytes(self: Path) -> bytes:
        opened.append((epoch[0], str(self)))
        return real_bytes(self)

    def done(_: runs.Keeper, progress: Any) -> None:
        epoch[0] = progress.epoch

    monkeypatch.setattr(builtins, "open", counting_open)
    monkeypatch.setattr(Path, "read_bytes", counting_bytes)
    monkeypatch.setattr(runs.Keeper, "epoch_done", done)
    start(config)
    second = [file for number, file in opened if number == 1]
    assert len(second) == 12  # six pictures with their texts
    assert all(file.startswith(config.cache) for file in second)
    assert not any(Image.MIME.get(Path(file).suffix) for file in second)


def test_one_picture_is_learned_by_heart(made: Made) -> None:
    config = made(
        adapter={"rank": 32, "alpha": 32.0, "targets": r"transformer_blocks\..*|proj_out"},
        optimizer={"lr": 1e-2, "clip": 1.0},
        accumulation=1,
        repeats=1,
    )
    material = gather(config, approved_only=False)
    one = replace(material, items=material.items[:1])
    studio = Studio(config, one, Processes("cpu"))
    studio.prepare()
    optimizer = torch.optim.AdamW([p for _, p in studio.parameters], lr=1e-2)
    (draws,) = studio.steps(0)[0]
    batch = studio._batch(draws)  # noqa: SLF001 - the same noise and sigma in every step
    batch = batch._replace(seeds=(3,))
    measured = []
    for _ in range(300):
        loss = flow_matching(studio._model, batch, config.sigmas).losses_B.mean()  # noqa: SLF001
        measured.append(float(loss.detach()))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    assert measured[-1] < measured[0] / 10


def test_a_changed_setting_is_named_and_needs_force(made: Made) -> None:
    start(made(epochs=1))
    changed = made(epochs=2, optimizer={"lr": 2e-3})
    with pytest.raises(
        UserError, match=r"epochs: 1 -> 2; optimizer\.lr: 0\.001 -> 0\.002.*--force"
    ):
        start(changed)
    assert "6 steps done" in start(changed, force=True)[-1]
    watching = made(epochs=2, optimizer={"lr": 2e-3}, keep_states=1)
    assert "this run is done already" in start(watching)


def test_a_changed_caption_is_another_run(made: Made, tmp_path: Path) -> None:
    start(made(epochs=1))
    (tmp_path / "set" / "a.txt").write_text("safe, keichan, sitting")
    with pytest.raises(UserError, match="dataset: other pictures, captions, sizes or repeats"):
        runs.run(load_config(tmp_path / "train.yaml"), approved_only=False, force=False, say=print)


def test_lines_that_are_no_metrics_are_left_out(made: Made) -> None:
    config = made(epochs=1)
    start(config)
    metrics = config.run_folder / "metrics.jsonl"
    whole = metrics.read_text()
    metrics.write_text(f'[]\n3\n{{"a": 1}}\n{whole}{{"step": 9, "lo')
    assert "this run is done already" in start(config)
    assert metrics.read_text() == whole


def test_states_are_few_and_loras_are_all(made: Made) -> None:
    config = made(epochs=4, keep_states=2)
    start(config)
    assert len(list(config.run_folder.glob("epoch-*/tiny-*.safetensors"))) == 4
    states = sorted(path.parent.name for path in config.run_folder.glob("epoch-*/state.*"))
    assert states == ["epoch-0003", "epoch-0004"]


def test_a_damaged_state_is_passed_over(made: Made) -> None:
    config = made(epochs=2)
    start(config)
    whole = contents(config)
    state = config.run_folder / "epoch-0002" / "state.safetensors"
    state.write_bytes(state.read_bytes()[:-5])
    said = start(config)
    assert f"warning: {state}: is damaged, and passed over" in said
    assert "resuming behind step 3" in said
    assert contents(config) == whole


def test_a_loss_that_is_no_number_stops_the_run_and_names_the_pictures(made: Made) -> None:
    config = made(epochs=3, optimizer={"lr": 1e30})
    with pytest.raises(UserError, match=r"step \d+: the loss is nan.*\.png.*Lower `optimizer\.lr`"):
        start(config)
    for state in config.run_folder.glob("epoch-*/state.safetensors"):
        assert all(tensor.isfinite().all() for tensor in load_file(state).values())


def test_two_runs_do_not_write_into_one_folder(made: Made) -> None:
    config = made()
    with locked(config.run_folder), pytest.raises(UserError, match="another run is writing there"):
        start(config)


def test_out_of_memory_says_what_would_fit(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    config = made(batch=2, accumulation=1)

    def full(*_: Any) -> None:
        raise torch.OutOfMemoryError

    monkeypatch.setattr("train.studio.flow_matching", full)
    wanted = "a batch of 2 of 128x128; set `checkpointing: true`, or set `batch: 1`"
    with pytest.raises(UserError, match=re.escape(wanted)):
        start(config)


def test_memory_may_also_end_on_the_way_back(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise torch.OutOfMemoryError

    monkeypatch.setattr(torch.Tensor, "backward", full)
    with pytest.raises(UserError, match="out of memory with a batch of 1 of 128x128"):
        start(made(checkpointing=True))


def test_memory_may_end_in_a_sample(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise torch.OutOfMemoryError

    monkeypatch.setattr("train.drawing.draw", full)
    with pytest.raises(UserError, match=r"out of memory with a sample; lower `samples.width`"):
        start(made(samples=SAMPLES))


def test_checkpointing_changes_no_loss(made: Made) -> None:
    plain, thrifty = made(name="plain"), made(name="thrifty", checkpointing=True)
    start(plain)
    start(thrifty)
    assert losses(thrifty) == pytest.approx(losses(plain), rel=1e-5)


def test_swapped_blocks_learn_the_same_bits_and_are_away_but_for_one(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    thrifty = made(name="thrifty", checkpointing=True)
    start(thrifty)
    most: list[int] = []
    real = BlockSwap._taken  # noqa: SLF001 - called whenever weights come to the device

    def counted(self: BlockSwap, place: int) -> Any:
        most.append(len(self.here) + 1)
        return real(self, place)

    monkeypatch.setattr(BlockSwap, "_taken", counted)
    swapped = made(name="swapped", checkpointing=True, swap_blocks=1)
    start(swapped)
    assert losses(swapped) == losses(thrifty)
    # there and back in 6 steps of 2 batches
    assert (max(most), len(most)) == (1, 6 * 2 * 2)


def test_weights_of_a_block_are_on_the_device_until_its_gradients_are_done() -> None:
    """Two layers that are swapped, computed anew on their way back, against two that are not."""
    torch.manual_seed(0)
    plain = torch.nn.Sequential(torch.nn.Linear(8, 8), torch.nn.Linear(8, 8))
    plain.requires_grad_(requires_grad=False)
    swapped = copy.deepcopy(plain)
    swap = BlockSwap(list(swapped), torch.device("cpu"))
    given = torch.randn(3, 8)

    def gradient(layers: torch.nn.Sequential) -> torch.Tensor:
        start_here = given.clone().requires_grad_()
        found = start_here
        for layer in layers:
            found = torch.utils.checkpoint.checkpoint(layer, found, use_reentrant=False)
        found.square().sum().backward()  # type: ignore[no-untyped-call]
        assert start_here.grad is not None
        return start_here.grad

    assert torch.equal(gradient(swapped), gradient(plain))
    assert swap.here == set()


def test_swapping_is_refused_where_it_saves_nothing(made: Made) -> None:
    with pytest.raises(UserError, match="`swap_blocks` needs `checkpointing: true`"):
        made(swap_blocks=1)


def test_in_bf16_the_base_is_held_so_and_the_lora_is_not(made: Made) -> None:
    config = made(dtype="bf16", samples=SAMPLES)
    start(config)
    state = load_file(config.run_folder / "epoch-0002" / "state.safetensors")
    assert {tensor.dtype for tensor in state.values()} == {torch.float32}
    exact = made(name="exact")
    start(exact)
    assert losses(config) == pytest.approx(losses(exact), rel=0.05)


def test_captions_are_dropped_and_reordered_by_draw(made: Made) -> None:
    captions = {"dropout": 0.5, "shuffle": ["general"], "variants": 3}
    config = made(captions=captions, repeats=8)
    studio = Studio(config, gather(config, approved_only=False), Processes("cpu"))
    material = gather(config, approved_only=False)
    texts = [item.texts for item in material.items]
    told = [studio._text(texts[d.item], d.seed) for s in studio.steps(0) for b in s for d in b]  # noqa: SLF001
    assert 6 <= told.count("") <= 18
    assert set(told) - {""} <= {text for each in texts for text in each}
    assert len(set(told)) > 4
    start(config)


def test_mirrored_pictures_have_latents_of_their_own(made: Made) -> None:
    config = made(flip=True, repeats=8)
    start(config)
    latents = list((Path(config.cache) / "latents").rglob("*.safetensors"))
    assert len(latents) == 2 * 3


def test_nothing_of_this_machine_is_in_a_lora_file(made: Made, tmp_path: Path) -> None:
    config = made(epochs=1, on_checkpoint="true somebody@example.org:/backup")
    start(config)
    raw = (config.run_folder / "epoch-0001" / "tiny-0001.safetensors").read_bytes()
    assert str(tmp_path).encode() not in raw
    assert b"example.org" not in raw


def test_a_full_disk_leaves_nothing_under_a_final_name(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = made(epochs=2)
    real = checkpoints.save_state

    def save(path: Path, *rest: Any) -> None:
        if path.parent.name == "epoch-0002":
            monkeypatch.setattr("os.fsync", _no_space)
        real(path, *rest)

    monkeypatch.setattr(checkpoints, "save_state", save)
    said = r"epoch-0002/state\.safetensors: the disk is full; make room, and the same command goes"
    with pytest.raises(UserError, match=said):
        start(config)
    assert not (config.run_folder / "epoch-0002" / "state.safetensors").exists()
    assert not list(config.run_folder.rglob(".train.*"))
    monkeypatch.undo()
    assert "resuming behind step 3" in start(config)


def _no_space(_: int) -> None:
    raise OSError(28, "No space left on device")


def test_samples_begin_before_the_first_step_and_gather_in_one_sheet(made: Made) -> None:
    config = made(epochs=1, samples=SAMPLES)
    start(config)
    folder = config.run_folder
    names = ["K-1.png", "K-2.png", "N-1.png", "N-2.png"]
    for epoch in ("epoch-0000", "epoch-0001"):
        assert sorted(path.name for path in (folder / epoch / "samples").iterdir()) == names
        with Image.open(folder / epoch / "samples" / "N-2.png") as picture:
            assert picture.size == (64, 64)
            assert picture.info["prompt"] == "safe, keichan. She is looking at the viewer."
            assert picture.info["seed"] == "2"
    before, after = (
        (folder / epoch / "samples" / "K-1.png").read_bytes()
        for epoch in ("epoch-0000", "epoch-0001")
    )
    assert before != after


def test_the_running_sheet_shows_each_sample_where_its_labels_say(tmp_path: Path) -> None:
    for number in range(31):
        drawn = [
            (Condition(label=label, prompt="tk", seed=seed), Image.new("RGB", (40, 60), colour))
            for label, seed, colour in (("K", 1, (number, 0, 0)), ("N", 1, (0, number, 0)))
        ]
        samples.keep(tmp_path / f"epoch-{number:04d}", drawn)
    samples.keep_running(tmp_path)
    with Image.open(tmp_path / "samples-by-epoch.png") as sheet:
        pixels = np.asarray(sheet.convert("RGB"))
    above, below = (dict.fromkeys(map(tuple, pixels[y].tolist())) for y in (60, -40))
    shown = [red for red, green, blue in above if (green, blue) == (0, 0)]
    # 24 of 31 epochs, the first and the last among them; N below K
    assert (len(shown), shown[0], shown[-1]) == (24, 0, 30)
    assert [green for red, green, blue in below if (red, blue) == (0, 0)] == shown


def test_the_hook_runs_for_every_file_and_is_tried_again(made: Made, tmp_path: Path) -> None:
    script = tmp_path / "copy.sh"
    script.write_text(
        f'#!/bin/sh\necho "$1" >> {tmp_path}/seen\ntest $(wc -l < {tmp_path}/seen) -gt 1\n'
    )
    script.chmod(0o755)
    config = made(epochs=1, on_checkpoint=str(script))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("train.hook.sleep", lambda _: None)
        start(config)
    assert len((tmp_path / "seen").read_text().splitlines()) == 2
    log = (config.run_folder / "on_checkpoint.log").read_text()
    assert re.findall(r"try (\d): .*: exit (\d)", log) == [("1", "1"), ("2", "0")]
    assert threading.active_count() < 20


def test_the_hook_does_not_hold_up_the_training(made: Made, tmp_path: Path) -> None:
    """It waits for steps of the second epoch, and gives up after a minute."""
    script = tmp_path / "wait.sh"
    metrics = tmp_path / "runs" / "tiny" / "metrics.jsonl"
    script.write_text(
        "#!/bin/sh\nfor i in $(seq 600); do\n"
        f"  test $(wc -l < {metrics}) -ge 6 && exit 0\n  sleep 0.1\ndone\nexit 1\n"
    )
    script.chmod(0o755)
    config = made(on_checkpoint=str(script))
    start(config)
    log = (config.run_folder / "on_checkpoint.log").read_text()
    assert re.findall(r"try (\d): .*: exit (\d)", log) == [("1", "0"), ("1", "0")]


def test_a_hook_that_cannot_run_is_logged_and_harms_nothing(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("train.hook.sleep", lambda _: None)
    config = made(epochs=1, on_checkpoint="/no/such/program --now")
    assert "3 steps done" in start(config)[-1]
    log = (config.run_folder / "on_checkpoint.log").read_text()
    assert log.count("exit -\n[Errno 2] No such file or directory") == 3


def test_a_picture_that_goes_after_it_was_cached_is_not_missed(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = made(name="whole")
    start(whole)
    real = Studio.prepare

    def then_remove(self: Studio) -> None:
        real(self)
        (tmp_path / "set" / "b.png").unlink()

    monkeypatch.setattr(Studio, "prepare", then_remove)
    lacking = replace(whole, output=str(tmp_path / "lacking"))
    start(lacking)
    assert contents(lacking) == contents(whole)


def test_a_damaged_cache_entry_is_made_anew(made: Made) -> None:
    config = made(epochs=1)
    start(config)
    kept = {path: path.read_bytes() for path in Path(config.cache).rglob("*.safetensors")}
    for path, raw in kept.items():
        path.write_bytes(raw[:-70] + b"!" + raw[-69:])
    again = replace(config, output=f"{config.output}-again")
    start(again)
    assert contents(again) == contents(config)
    assert {path: path.read_bytes() for path in kept} == kept


def test_latents_are_known_by_what_they_were_made_from_and_never_by_time(
    made: Made, tmp_path: Path
) -> None:
    config = made()

    def encoded(config: TrainConfig, vae: Path) -> int:
        cache = Path(config.cache)
        side = PictureSide(vae, cache, device=CPU, background=config.background)
        side.encode_all(gather(config, approved_only=False).items, mirrored_too=config.flip)
        return side._cache.made  # noqa: SLF001 - nobody else counts

    vae = Path(config.base.vae)
    assert (encoded(config, vae), encoded(config, vae)) == (3, 0)
    os.utime(tmp_path / "set" / "a.png", (1, 1))
    assert encoded(config, vae) == 0
    assert encoded(config, write_base(tmp_path / "other", seed=1) / "vae.safetensors") == 3
    assert encoded(replace(config, resolution=64), vae) == 3
    assert encoded(replace(config, background="#000000"), vae) == 3
    draw(tmp_path / "set" / "a.png", (96, 128))
    assert encoded(config, vae) == 1


def test_text_encoder_and_adapter_are_gone_when_the_transformer_comes(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive: list[weakref.ref[Any]] = []
    for name in ("load_qwen", "load_adapter"):
        monkeypatch.setattr(loading, name, _watched(getattr(loading, name), alive))
    real = loading.load_transformer

    def alone(*given: Any, **named: Any) -> Any:
        gc.collect()
        assert [ref() for ref in alive] == [None, None]
        return real(*given, **named)

    monkeypatch.setattr(loading, "load_transformer", alone)
    config = made()
    Studio(config, gather(config, approved_only=False), Processes("cpu")).prepare()
    assert len(alive) == 2


def _watched(real: Callable[..., Any], alive: list[weakref.ref[Any]]) -> Callable[..., Any]:
    def load(*given: Any, **named: Any) -> Any:
        model = real(*given, **named)
        alive.append(weakref.ref(model))
        return model

    return load


def test_a_picture_that_goes_before_it_was_cached_stops_the_run(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = made()
    real = gather

    def then_remove(*given: Any, **named: Any) -> Any:
        material = real(*given, **named)
        (tmp_path / "set" / "b.png").unlink()
        return material

    monkeypatch.setattr("train.run.gather", then_remove)
    with pytest.raises(UserError, match=r"b\.png: is gone since the dataset was read; bring it"):
        start(config)


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_two_processes_learn_as_one_with_twice_the_batch(made: Made, optimizer: str) -> None:
    """As accelerate is told to, on CPUs and without MPI, where it starts but one of them."""
    one = made(name="one", batch=2, optimizer={"name": optimizer})
    start(one)
    two = made(name="two", batch=1, optimizer={"name": optimizer})
    config = two.run_folder.parents[1] / "train.yaml"
    launcher = Path(sys.executable).parent / "accelerate-launch"
    ran = subprocess.run(
        [launcher, "--num_processes", "2", "--cpu", "-m", "train", "run", "--config", str(config)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("steps done") == 1
    assert losses(two) == pytest.approx(losses(one), rel=1e-5)
    ours, theirs = (
        load_file(c.run_folder / "epoch-0002" / "state.safetensors") for c in (one, two)
    )
    for key, tensor in ours.items():
        torch.testing.assert_close(theirs[key], tensor, atol=1e-5, rtol=1e-3)
