"""The steps from nothing to a base, in their order."""

import json
import math
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from curate.figures.draw import draw
from curate.figures.prior import sample_many
from rules.records import to_plain, write_atomically
from train.anima.conditioning import Tokenizers
from train.anima.latents import decode_latents
from train.anima.loading import load_tokenizer
from train.lock import locked
from train.pretrain import decoder, drawing
from train.pretrain.analytic_encoder import PatchMap, latents_of
from train.pretrain.captions import full_caption
from train.pretrain.card import LOG, card_of, thinned_log
from train.pretrain.decoder import DecoderLosses, decibels, make_first_vae, trained_parameters
from train.pretrain.drawing import DrawingLosses
from train.pretrain.figures import draw_shards, read_words, shard_path
from train.pretrain.files import size_of, write_base
from train.pretrain.latents import Exposures, fit_encoder, make_latents, pixels_of
from train.pretrain.networks import Networks, make_networks
from train.pretrain.recipe import Recipe
from train.pretrain.stage import Stage, StageRun
from train.pretrain.vocabulary import QWEN, T5, make_tokenizers
from train.processes import Processes
from train.safetensors_files import write_safetensors
from train.stamps import key_of
from train.untyped import Untyped

ENCODER = "encoder.safetensors"
# Figures that nothing learns from, and how many are looked at.
UNSEEN_SEED, UNSEEN = 77_000_000, 32


@dataclass(frozen=True, kw_only=True)
class Workplace:
    """Where a base is made, and by whom."""

    recipe: Recipe
    work: Path
    processes: Processes
    until: float

    @property
    def figures(self) -> Path:
        """The shards."""
        return self.work / "figures"


def make_base(  # noqa: PLR0913 - all but three by keyword
    recipe: Recipe, work: Path, out: Path, *, workers: int, device: str, until: float
) -> bool:
    """Make a base, or go on with it.

    Args:
        recipe: of all of it.
        work: gets what is made on the way.
        out: gets the base.
        workers: processes that draw figures.
        device: where it learns.
        until: by `time.monotonic`, when to stop.

    Returns:
        Whether it is done; else it goes on when it is started again.

    Raises:
        UserError: `work` holds what another recipe left, or is used by another process.
        OSError: the disk is full or read-only.
    """
    processes = Processes(device)
    place = Workplace(recipe=recipe, work=work, processes=processes, until=until)
    try:
        if processes.rank:
            return _make(place, out)
        with locked(work):
            _prepare(place, workers)
            return _make(place, out)
    finally:
        processes.close()


def prepare_base(recipe: Recipe, work: Path, *, workers: int) -> None:
    """Draw and encode the figures: before several processes, which wait for each other in vain.

    Raises:
        UserError, OSError: see `make_base`.
    """
    place = Workplace(recipe=recipe, work=work, processes=Processes("cpu"), until=math.inf)
    with locked(work):
        _prepare(place, workers)


def _prepare(place: Workplace, workers: int) -> None:
    """Figures, tokenizers, encoder and latents: by the first process, each only once."""
    recipe, work = place.recipe, place.work
    draw_shards(place.figures, recipe.figures, workers)
    if not (work / T5).exists():
        captions = _captions(place)
        plan = recipe.vocabulary
        make_tokenizers(work, captions, qwen=plan.qwen, t5=plan.t5)
    if not (work / ENCODER).exists():
        channels = recipe.sizes.vae.z_dim
        patches = fit_encoder(place.figures, recipe.figures, recipe.encoder, channels)
        write_safetensors(work / ENCODER, patches._asdict(), {})
    make_latents(place.figures, work / "latents", recipe.figures, _patches(place))


def _captions(place: Workplace) -> list[str]:
    plan, wanted = place.recipe.figures, place.recipe.vocabulary.captions
    captions: list[str] = []
    for number in range(plan.shards):
        if len(captions) >= wanted:
            break
        captions += map(full_caption, read_words(shard_path(place.figures, number)))
    return captions[:wanted]


def _patches(place: Workplace) -> PatchMap:
    return PatchMap(**load_file(place.work / ENCODER))


def _make(place: Workplace, out: Path) -> bool:
    place.processes.wait()
    vae = _learn_decoder(place)
    if vae is None:
        return False
    tokenizers = Tokenizers(*(load_tokenizer(str(place.work / name)) for name in (QWEN, T5)))
    networks = _learn_drawing(place, vae, tokenizers)
    if networks is None:
        return False
    if place.processes.rank == 0:
        _write(place, out, networks, vae)
    return True


def _learn_decoder(place: Workplace) -> Untyped:
    """The VAE with averaged weights, or None where it was stopped before."""
    recipe, device = place.recipe, place.processes.device
    patches = _patches(place)
    vae = make_first_vae(recipe, patches).to(device)
    parameters = trained_parameters(vae)
    losses = DecoderLosses(vae, patches, place.figures, recipe, place.processes)
    stage = Stage(
        name="decoder",
        plan=recipe.decoder,
        parameters=parameters,
        shapes=losses.shapes,
        losses=losses,
        epoch_done=decoder.look(vae, patches, unseen_pictures(recipe), _say),
        recipe=_told(recipe, "decoder"),
        material=key_of(to_plain(recipe.figures)),
        seed=recipe.seed,
    )
    run = StageRun(stage, place.work / "decoder", place.processes, place.until)
    if not run.run():
        return None
    with torch.no_grad():
        for (_, parameter), (_, average) in zip(parameters, run.average.named, strict=True):
            parameter.copy_(average)
    return vae.requires_grad_(requires_grad=False)


def _learn_drawing(place: Workplace, vae: Untyped, tokenizers: Tokenizers) -> Networks | None:
    """The networks with averaged weights, or None where they were stopped before."""
    recipe, device = place.recipe, place.processes.device
    networks = Networks(*(network.to(device).train() for network in make_networks(recipe)))
    parameters = list(networks.named_parameters())
    exposures = Exposures(place.figures, place.work / "latents", recipe.figures)
    stage = Stage(
        name="drawing",
        plan=recipe.drawing,
        parameters=parameters,
        shapes=exposures.shapes,
        losses=DrawingLosses(networks, tokenizers, exposures, recipe, place.processes),
        epoch_done=drawing.look(networks, tokenizers, vae, recipe),
        recipe=_told(recipe, "drawing"),
        material=key_of(to_plain(recipe.figures)),
        seed=recipe.seed,
        matrices=networks.hidden_matrices(),
    )
    run = StageRun(stage, place.work / "drawing", place.processes, place.until)
    if not run.run():
        return None
    with torch.no_grad():
        for (_, parameter), (_, average) in zip(parameters, run.average.named, strict=True):
            parameter.copy_(average)
    return networks


def _told(recipe: Recipe, stage: str) -> str:
    """What decides the weights of a stage; the sheets are only looked at."""
    plain = to_plain(recipe)
    if stage == "decoder":
        plain["sizes"] = plain["sizes"]["vae"]
        kept = {key: plain[key] for key in ("seed", "figures", "encoder", "sizes", "decoder")}
    else:
        kept = {key: value for key, value in plain.items() if key not in {"sheet", "decoder"}}
    return json.dumps(kept, sort_keys=True)


def unseen_pictures(recipe: Recipe) -> torch.Tensor:
    """Figures that no shard holds: N×H×W×3 in bytes."""
    figures = sample_many(recipe.figures.prior, UNSEEN_SEED, UNSEEN)
    size = recipe.figures.canvases[0]
    return torch.from_numpy(np.stack([draw(figure, *size).picture for figure in figures]))


def _write(place: Workplace, out: Path, networks: Networks, vae: Untyped) -> None:
    recipe = place.recipe
    pixels = pixels_of(unseen_pictures(recipe))
    latents = latents_of(pixels, _patches(place)).to(place.processes.device)
    back = decode_latents(vae, latents)
    figures = recipe.figures
    shown = recipe.drawing.epochs * figures.shards * figures.size
    write_base(
        out,
        recipe,
        networks=networks,
        vae=vae,
        write_tokenizers=partial(_copy_tokenizers, place.work),
        card=list(card_of(recipe, shown, decibels(back.cpu(), pixels))),
    )
    write_atomically(out / LOG, thinned_log(place.work / "drawing").encode())
    _say(f"{out}: {size_of(out):.1f} MiB")


def _copy_tokenizers(work: Path, out: Path) -> None:
    for name in (QWEN, T5):
        (out / name).mkdir(exist_ok=True)
        for file in (work / name).iterdir():
            write_atomically(out / name / file.name, file.read_bytes())


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
