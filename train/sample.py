"""`train sample`: what LoRA files draw, beside the base alone."""

from collections.abc import Callable, Sequence
from pathlib import Path

from curate.errors import UserError
from train import samples
from train.config import TrainConfig
from train.drawing import Artist
from train.lora_files import Lora, read_lora
from train.material import prompts_of
from train.precision import DTYPES
from train.processes import Processes

BASE = "base"


def sample(
    config: TrainConfig,
    loras: Sequence[Path],
    *,
    strength: float,
    out: Path,
    say: Callable[[str], None],
) -> Path:
    """Draw every condition of a configuration by the base and by each LoRA.

    Args:
        config: names the base, the prompts, the seeds and how to draw.
        loras: files of any layout, each drawn from on its own.
        strength: of each.
        out: folder for the pictures.
        say: takes lines for people.

    Returns:
        The sheet: rows are conditions, columns the base and the LoRAs.

    Raises:
        UserError, OSError: a file does not fit the base, or two have one name.
    """
    named: dict[str, tuple[Path, Lora] | None] = {BASE: None}
    for path in loras:
        if path.stem in named:
            raise UserError(f"{path}: another one is called {path.stem}, too; rename one")
        named[path.stem] = path, read_lora(path)
    settings = config.samples
    prompts = settings.prompts or prompts_of(config)
    conditions = samples.conditions(prompts, settings.seeds)
    device = Processes(config.device).device
    artist = Artist(config.base, Path(config.cache), device=device, dtype=DTYPES[config.dtype])
    artist.read([condition.prompt for condition in conditions], settings.negative)
    shown = {name: {worn[0]: (worn[1], strength)} if worn else {} for name, worn in named.items()}
    # Every one is tried on before any is drawn with: a picture takes long, and one may not fit.
    for loras_worn in shown.values():
        for said in artist.wear(loras_worn):
            say(f"warning: {said}")
    for name, loras_worn in shown.items():
        artist.wear(loras_worn)
        pictures = list(artist.draw(conditions, settings))
        samples.keep(out / name, list(zip(conditions, pictures, strict=True)))
        say(f"{out / name / samples.SHEET}")
    return samples.keep_side_by_side(out, list(named))
