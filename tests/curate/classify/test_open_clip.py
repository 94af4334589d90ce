"""Any open_clip model: from a folder, a file or the hub; what is no weights is not run."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from support.command import curate
from support.eyes import VIT, heads_of, tiny_open_clip
from support.folders import dataset

from curate.classify.heads_file import write_heads

from curate.classify import open_clip_source  # isort: skip - mends what open_clip needs
import open_clip  # type: ignore[import-untyped]

from curate.classify.classifier import unit
from curate.classify.clip import as_half, build
from curate.classify.judging import softmax
from curate.classify.labels import HEADS
from curate.classify.naming import file_sha256, heads_place
from curate.classify.open_clip_model import OpenClip, load_open_clip
from curate.classify.open_clip_source import find_source
from curate.classify.prompts import load_prompts
from curate.errors import UserError
from curate.store import Store

NAME = "tiny-clip-of-the-tests"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_open_clip(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> str:
    """A name that open_clip knows."""
    monkeypatch.setitem(open_clip.factory._MODEL_CONFIGS, NAME, VIT)  # noqa: SLF001
    return NAME


def weights(path: Path, seed: int = 0, config: dict[str, Any] | None = None) -> Path:
    torch.manual_seed(seed)
    state = build(config or VIT).state_dict()
    if path.suffix == ".safetensors":
        save_file(as_half(state), path)
    else:
        torch.save(state, path)
    return path


def refused(named: str, folder: Path) -> str:
    with pytest.raises(UserError) as caught:
        load_open_clip(named, folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_folder_of_open_clip_is_a_model(model: Path, tmp_path: Path) -> None:
    eyes = load_open_clip(str(model), tmp_path)
    assert eyes.id.startswith("open_clip:tiny:")
    assert eyes.prepare.side == 32
    squares = [eyes.prepare(Image.effect_noise((50, 70), 60).convert("RGB")) for _ in range(3)]
    looks = eyes.classify(squares)
    assert looks.embeddings is not None
    assert looks.embeddings.shape == (3, 16)
    assert looks.seen[0].classifier == eyes.id


@pytest.mark.parametrize("suffix", [".safetensors", ".pt", ".bin"])
def test_a_name_with_a_file_of_weights_is_a_model(tmp_path: Path, known: str, suffix: str) -> None:
    path = weights(tmp_path / f"mine{suffix}")
    eyes = load_open_clip(f"{known}:{path}", tmp_path)
    assert eyes.id.startswith(f"open_clip:{known}:mine:")


def test_what_is_seen_is_the_softmax_of_likenesses_to_the_mean_of_the_prompts(
    model: Path, tmp_path: Path
) -> None:
    eyes = load_open_clip(str(model), tmp_path)
    square = eyes.prepare(Image.effect_noise((50, 70), 60).convert("RGB"))
    (seen,) = eyes.classify([square]).seen
    prompts = load_prompts()
    directions = []
    for label in HEADS["framing"]:
        phrases = prompts.heads["framing"].labels[label]
        texts = [form.format(p) for form in prompts.templates for p in phrases]
        directions.append(unit(eyes.clip.encode_texts(texts).mean(axis=0, keepdims=True))[0])
    picture = unit(eyes.clip.encode_pictures([square]))
    p = softmax(eyes.clip.scale / prompts.temperature * picture @ np.stack(directions).T)[0]
    assert seen.framing is not None
    assert seen.framing.label == HEADS["framing"][int(p.argmax())]
    assert seen.framing.p == pytest.approx(p.max(), abs=1e-4)
    assert seen.framing.abstained is bool(p.max() < prompts.heads["framing"].threshold)


def test_other_weights_and_other_heads_are_other_classifiers(model: Path, tmp_path: Path) -> None:
    one = load_open_clip(str(model), tmp_path)
    other = load_open_clip(str(tiny_open_clip(tmp_path / "b" / "tiny", seed=1)), tmp_path)
    assert one.id != other.id
    assert one.family == other.family
    place = heads_place(tmp_path, one.family)
    place.parent.mkdir()
    write_heads(heads_of(backbone=one.backbone), place)
    fitted = load_open_clip(str(model), tmp_path)
    assert fitted.id not in {one.id, other.id}
    square = one.prepare(Image.effect_noise((50, 70), 60).convert("RGB"))
    embeddings = fitted.clip.encode_pictures([square])
    assert fitted.classify([square]).seen == heads_of().see(embeddings, fitted.id)
    with pytest.raises(UserError, match="were fitted to other weights of tiny"):
        load_open_clip(str(tmp_path / "b" / "tiny"), tmp_path)


def test_a_name_that_open_clip_does_not_know_is_answered_with_the_nearest(tmp_path: Path) -> None:
    assert "no open_clip model `VIT-B-32`; did you mean `ViT-B-32`?" in refused(
        "VIT-B-32", tmp_path
    )
    assert "no open_clip model `zzz`; " in refused("zzz", tmp_path)


def test_weights_that_are_neither_known_nor_there_are_named(tmp_path: Path, known: str) -> None:
    said = refused("ViT-B-32:laion3b", tmp_path)
    assert "laion3b is no file and no weights of ViT-B-32; known are openai, laion400m" in said
    assert refused(known, tmp_path).endswith(
        f"name its weights, too: {known}:/path/file.safetensors"
    )


def test_a_missing_hub_is_one_line_with_two_ways_out_and_no_long_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_clip_source, "_answers", lambda _: False)
    folder = dataset(tmp_path / "set", {"a": "tk"})
    ran = curate("facts", str(folder), "--clip-model", "ViT-B-32:laion2b_s34b_b79k")
    assert ran.code == 2
    (line,) = ran.err.splitlines()
    assert line == (
        "error: --clip-model ViT-B-32:laion2b_s34b_b79k: its weights are not here and the hub does "
        "not answer; name a file, --clip-model ViT-B-32:/path/file.safetensors, or leave "
        "--clip-model away for the embedded model"
    )
    assert "the hub does not answer" in refused("hf-hub:nobody/nothing", tmp_path)


def test_a_model_whose_tokenizer_is_on_the_hub_says_what_would_do_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_clip_source, "_answers", lambda _: False)
    config = {**VIT, "text_cfg": {**VIT["text_cfg"], "hf_tokenizer_name": "nobody/nothing"}}
    monkeypatch.setitem(open_clip.factory._MODEL_CONFIGS, NAME, config)  # noqa: SLF001
    said = refused(f"{NAME}:{weights(tmp_path / 'a.safetensors')}", tmp_path)
    assert f"{NAME}: cannot be built" in said
    assert said.endswith("weights and tokenizer needs no hub")


def test_weights_are_chosen_where_only_a_model_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []

    def download(config: dict[str, Any]) -> str:
        asked.append(config)
        return str(tmp_path / "weights.safetensors")

    monkeypatch.setattr(open_clip, "download_pretrained", download)
    monkeypatch.setattr(open_clip_source, "_answers", lambda _: True)
    source = find_source("ViT-B-32")
    assert source.called == "ViT-B-32:datacomp_xl_s13b_b90k"
    assert asked[0]["hf_hub"].startswith("laion/")
    assert find_source("ViT-B-32:openai").quick_gelu


class Trap:
    """A pickle that would run a command."""

    def __init__(self, witness: Path) -> None:
        self.witness = witness

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return Path.touch, (self.witness,)  # type: ignore[return-value]


def test_a_pickle_with_code_is_refused_and_not_run(tmp_path: Path, known: str) -> None:
    witness = tmp_path / "ran"
    (tmp_path / "bad.pt").write_bytes(pickle.dumps(Trap(witness)))
    torch.save({"a": Trap(witness)}, tmp_path / "worse.pt")
    for name in ("bad", "worse"):
        said = refused(f"{known}:{tmp_path / name}.pt", tmp_path)
        assert "holds code and not only weights" in said
        assert not witness.exists()


def test_a_torn_file_of_weights_is_refused(tmp_path: Path, known: str) -> None:
    for suffix in (".safetensors", ".pt"):
        whole = weights(tmp_path / f"whole{suffix}").read_bytes()
        for kept in (0, 100, len(whole) // 2):
            torn = tmp_path / f"torn{suffix}"
            torn.write_bytes(whole[:kept])
            assert "torn" in refused(f"{known}:{torn}", tmp_path)


def test_weights_of_another_architecture_are_refused(tmp_path: Path, known: str) -> None:
    wide = {**VIT, "vision_cfg": {**VIT["vision_cfg"], "width": 48}}
    path = weights(tmp_path / "wide.safetensors", config=wide)
    assert f"does not fit {known}, likely of another architecture" in refused(
        f"{known}:{path}", tmp_path
    )
    assert "wanted one of .safetensors" in refused(f"{known}:{__file__}", tmp_path)


def test_a_folder_that_is_no_model_says_what_it_lacks(model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    assert "open_clip_config.json: No such file" in refused(str(folder), tmp_path)
    (folder / "open_clip_config.json").write_text("{")
    assert "is no config of open_clip" in refused(str(folder), tmp_path)
    (folder / "open_clip_config.json").write_text("{}")
    assert "has no `model_cfg`" in refused(str(folder), tmp_path)
    config = (model / "open_clip_config.json").read_text()
    (folder / "open_clip_config.json").write_text(config)
    assert "holds no weights" in refused(str(folder), tmp_path)
    (folder / "open_clip_config.json").write_text(config.replace('"width": 32', '"wodth": 32'))
    save_file({"a": torch.zeros(1)}, folder / "model.safetensors")
    assert "cannot be built" in refused(str(folder), tmp_path)


def test_a_folder_is_looked_at_by_the_model_that_a_command_names(
    model: Path, tmp_path: Path
) -> None:
    folder = dataset(tmp_path / "set", {"a": "tk, 1girl", "b": "tk"})
    assert "2 looked at" in curate("index", str(folder), "--clip-model", str(model)).out
    again = curate("index", str(folder), "--clip-model", str(model))
    assert "looked at" not in again.out
    (name,) = Store.of(folder).classifiers()
    assert name.startswith("open_clip:tiny:")
    source = find_source(str(model))
    assert OpenClip(source).backbone == file_sha256(source.weights)
    assert load_file(source.weights)
