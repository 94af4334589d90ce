"""What a run learns from: approved pictures, whole captions, tags that keep their places."""

from dataclasses import replace
from pathlib import Path

import pytest
from support.command import curate
from support.folders import draw
from support.runs import write_run

from curate.buckets import steps_per_epoch
from curate.captions import SlotTable, parse_caption
from curate.errors import UserError
from rules.finding_profiles import load_base, load_trainer
from rules.records import RecordError
from rules.spec import Spec, Subject, TrainerChoice
from rules.vocabulary import load_vocabulary
from train.config import CaptionSettings, load_config
from train.draws import Shape, epoch_steps
from train.material import gather, variants

SPEC = Spec(subject=Subject(trigger="keichan", structure=("braid",)))
SLOTS = SlotTable(SPEC, load_base(SPEC.base), load_vocabulary())
TEXT = "masterpiece, 1girl, keichan, braid, smile, standing, blue eyes. She looks up, smiling."


def test_without_declared_slots_a_caption_stays_as_written() -> None:
    caption = parse_caption(TEXT, "a.txt", SLOTS)
    assert variants(caption, CaptionSettings(), 1) == (TEXT,)


def test_neighbouring_tags_of_a_slot_change_places_and_nothing_else_moves() -> None:
    caption = parse_caption(TEXT, "a.txt", SLOTS)
    found = variants(caption, CaptionSettings(shuffle=("general",), variants=6), 1)
    assert found[0] == TEXT
    assert len(set(found)) == len(found) > 2
    for text in found:
        assert text.startswith("masterpiece, 1girl, keichan, braid, ")
        assert text.endswith(". She looks up, smiling.")
        assert sorted(text.split(". ")[0].split(", ")[4:]) == ["blue eyes", "smile", "standing"]


def test_tags_do_not_pass_the_trigger() -> None:
    caption = parse_caption("smile, keichan, standing", "a.txt", SLOTS)
    settings = CaptionSettings(shuffle=("general",))
    assert variants(caption, settings, 1) == ("smile, keichan, standing",)


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    return write_run(tmp_path)


def test_pictures_lie_where_the_simulation_puts_them(config_file: Path) -> None:
    draw(config_file.parent / "set" / "3_wide" / "w.png", (300, 200))
    (config_file.parent / "set" / "3_wide" / "w.txt").write_text("keichan, smile")
    material = gather(load_config(config_file), approved_only=False)
    wide = next(item for item in material.items if item.path.endswith("w.png"))
    # small pictures are cut by steps of 16: of those within a tenth of 128 squared the nearest
    assert (wide.placement.bucket, wide.repeats) == ((160, 112), 2 * 3)
    assert material.trigger == "keichan"
    assert material.prompts["K"] == "safe, keichan"
    assert material.prompts["N"] == "safe, keichan. She is looking at the viewer."


def test_a_run_that_differs_from_what_was_linted_says_so(config_file: Path) -> None:
    spec = "subject: {trigger: keichan}\ntrainer: {profile: builtin, batch: 2, flip: false}\n"
    (config_file.parent / "set" / "dataset.yaml").write_text(spec + "resolution: 1024\n")
    config_file.write_text(config_file.read_text() + "resolution: 128\n")
    material = gather(load_config(config_file), approved_only=False)
    assert material.warnings[1:] == (
        "trained at 128, linted and previewed at 1024",
        "linted with `batch: 2`, trained with 1",
    )
    assert {item.placement.bucket for item in material.items} == {(128, 128)}


# An approval stands for what was judged: a run may do less with the pictures, and no more.
@pytest.mark.parametrize(
    ("linted", "trained", "said"),
    [
        ("resolution: 64", "resolution: 128", "trained at 128, linted and previewed at 64"),
        ("", "flip: true", "linted with `flip: false`, trained with true"),
        ("", "captions: {shuffle: [general]}", "linted with `shuffle: false`, trained with true"),
        ("trainer: sd-scripts", "", "linted as trainer `sd-scripts` feeds it"),
    ],
)
def test_an_approval_does_not_cover_more_than_was_judged(
    config_file: Path, linted: str, trained: str, said: str
) -> None:
    folder = config_file.parent / "set"
    spec = "subject: {trigger: keichan}\nlint: {select: [TRG001]}\n"
    (folder / "dataset.yaml").write_text(f"{spec}{linted or 'resolution: 128'}\n")
    assert curate("approve", str(folder)).code == 0
    config_file.write_text(f"{config_file.read_text()}{trained}\n")
    with pytest.raises(UserError, match=f"the approval does not cover this run: {said}"):
        gather(load_config(config_file), approved_only=True)
    assert said in gather(load_config(config_file), approved_only=False).warnings[1]


def test_an_approval_covers_less_than_was_judged(config_file: Path) -> None:
    folder = config_file.parent / "set"
    spec = "subject: {trigger: keichan}\nresolution: 256\nlint: {select: [TRG001]}\n"
    (folder / "dataset.yaml").write_text(spec)
    assert curate("approve", str(folder)).code == 0
    config_file.write_text(config_file.read_text() + "resolution: 128\n")
    material = gather(load_config(config_file), approved_only=True)
    assert material.warnings == ("trained at 128, linted and previewed at 256",)


def test_a_picture_without_a_caption_stops_the_run(config_file: Path) -> None:
    (config_file.parent / "set" / "b.txt").unlink()
    with pytest.raises(UserError, match=r"1 picture without a caption that can be read: b\.png"):
        gather(load_config(config_file), approved_only=False)


def test_a_picture_that_does_not_decode_is_told(config_file: Path) -> None:
    (config_file.parent / "set" / "b.png").write_bytes(b"no picture")
    material = gather(load_config(config_file), approved_only=False)
    assert [item.path for item in material.items] == ["a.png", "c.png"]
    assert "1 picture cannot be decoded: b.png; nobody trains it" in material.warnings[1]


def test_flips_are_refused_where_a_feature_has_a_side(config_file: Path) -> None:
    spec = "subject: {trigger: keichan, handed: {side ponytail: left}}\n"
    (config_file.parent / "set" / "dataset.yaml").write_text(spec)
    config_file.write_text(config_file.read_text() + "flip: true\n")
    with pytest.raises(
        UserError, match="RUN001 the run mirrors pictures, and 1 feature has a side"
    ):
        gather(load_config(config_file), approved_only=False)


def test_another_base_than_the_one_that_is_meant_is_refused(config_file: Path) -> None:
    config = load_config(config_file)
    published = replace(config, base=replace(config.base, sha256=None))
    said = (
        r"RUN007 `transformer\.safetensors` has 2 blocks, the profile of Anima-Base v1\.0 says 28"
    )
    with pytest.raises(UserError, match=said):
        gather(published, approved_only=False)
    other = replace(config, base=replace(config.base, sha256="0" * 64))
    with pytest.raises(UserError, match=r"RUN007 .* train\.yaml says 000"):
        gather(other, approved_only=False)
    planned = gather(other, approved_only=False, read_base=False)
    assert not [f for f in planned.findings if f.code == "RUN007"]


def test_a_run_is_judged_by_every_rule_about_runs(config_file: Path) -> None:
    other = config_file.parent / "other.yaml"
    other.write_text(config_file.read_text())
    sampled = {"every": 1, "seeds": [1], "prompts": {"K": "keichan"}}
    changed = write_run(
        config_file.parent, save_every=2, epochs=400, samples=sampled, compared_with="other.yaml",
        steps=7, optimizer={"lr": 1e-4},
    )  # fmt: skip
    material = gather(load_config(changed), approved_only=False)
    told = {finding.code: finding.message for finding in material.findings}
    assert told == {
        "RUN003": "3 steps an epoch x 400 epochs are 1,200, and 7 are stated",
        "RUN005": "200 LoRA files of 400 epochs: one in 2",
        "RUN006": "2 of 4 settings are not those recommended for Anima-Base v1.0: rank 4 (32), "
        "lr 0.0001 (2e-05)",
        "RUN008": "2 factors change at once against `other.yaml`: `epochs` and `optimizer.lr`",
        "RUN009": "1 sample an epoch: 1 prompt x 1 seed",
        "RUN013": "none of 3 pictures is held out",
    }
    without = {**sampled, "prompts": {"K": "1girl"}}
    with pytest.raises(UserError, match="RUN010 1 of 1 prompt of the samples lack the trigger"):
        gather(load_config(write_run(config_file.parent, samples=without)), approved_only=False)


def approve(folder: Path) -> None:
    (folder / "approvals.yaml").write_text(
        "pictures:\n  c.png: {decision: reject, reason: too small}\n"
    )
    spec = "subject: {trigger: keichan}\nresolution: 128\nlint: {select: [TRG001]}\n"
    (folder / "dataset.yaml").write_text(spec)
    assert curate("approve", str(folder)).code == 0


def test_an_approval_decides_what_is_trained(config_file: Path) -> None:
    folder = config_file.parent / "set"
    approve(folder)
    material = gather(load_config(config_file), approved_only=True)
    assert [item.path for item in material.items] == ["a.png", "b.png"]
    assert material.manifest is not None
    assert material.warnings == ()
    everything = gather(load_config(config_file), approved_only=False)
    assert (len(everything.items), len(everything.warnings), everything.manifest) == (3, 1, None)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a.txt", r"RUN011 a\.txt has changed"),
        ("b.png", r"RUN011 b\.png has changed"),
        ("dataset.yaml", r"RUN011 dataset\.yaml has changed"),
    ],
)
def test_an_approval_that_drifted_is_refused_by_name(
    config_file: Path, name: str, said: str
) -> None:
    folder = config_file.parent / "set"
    approve(folder)
    with (folder / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(UserError, match=said):
        gather(load_config(config_file), approved_only=True)


def test_a_manifest_edited_by_hand_is_refused(config_file: Path) -> None:
    folder = config_file.parent / "set"
    approve(folder)
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"a.png"', '"c.png"', 1))
    with pytest.raises(RecordError, match="was edited, so it is not what somebody approved"):
        gather(load_config(config_file), approved_only=True)


def test_several_refusals_are_one_line(config_file: Path) -> None:
    folder = config_file.parent / "set"
    approve(folder)
    (folder / "b.png").unlink()
    with pytest.raises(UserError, match=r"RUN011 b\.png is gone; .*; RUN012 1 of 2 pictures"):
        gather(load_config(config_file), approved_only=True)


@pytest.mark.parametrize("remainder", ["dropped", "kept"])
@pytest.mark.parametrize("batch", [1, 2, 3])
def test_an_epoch_has_the_steps_that_the_profile_promises(remainder: str, batch: int) -> None:
    shapes = [Shape((128, 128), 512)] * 5 + [Shape((64, 192), 512)] * 4
    trainer = load_trainer(TrainerChoice(profile="builtin", batch=batch))
    counts = {(128, 128): 15, (64, 192): 12}
    steps = epoch_steps(
        shapes=shapes,
        repeats=[3] * 9,
        batch=batch,
        accumulation=4,
        remainder="kept" if remainder == "kept" else "dropped",
        seed=1,
        epoch=0,
    )
    if remainder == "dropped":
        assert len(steps) == steps_per_epoch(trainer, counts)
    else:
        assert sum(len(one) for step in steps for one in step) == 27
    for step in steps:
        for one in step:
            assert len({shapes[draw.item] for draw in one}) == 1


def test_epochs_differ_and_come_back() -> None:
    def steps(epoch: int) -> object:
        return epoch_steps(
            shapes=[Shape((1, 1), 1)] * 9,
            repeats=[2] * 9,
            batch=2,
            accumulation=2,
            remainder="kept",
            seed=1,
            epoch=epoch,
        )

    assert steps(0) == steps(0) != steps(1)
