"""Drawing a plan: canaries first, then every picture that is not there yet."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from curate.errors import UserError
from curate.progress import progress
from evaluate.budget import BudgetStop
from evaluate.generate import canaries
from evaluate.generate.easel import Easel
from evaluate.generate.png_text import encoded, pixel_digest, read_told
from evaluate.journal import Journal
from evaluate.rows import CELLS, DrawnRow, picture_file
from evaluate.spec.plan import Digests, Plan, Planned, Recipe, recipe_of
from evaluate.spec.spec import EvalSpec
from rules.quoting import counted
from rules.records import write_atomically
from train.processes import Processes

Say = Callable[[str], None]
SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Where to stop; None for nowhere."""

    images: int | None = None
    gpu_hours: float | None = None

    def share(self, processes: Processes) -> "Limits":
        """One process's part of the pictures; hours are counted for all of them."""
        if self.images is None:
            return self
        part, rest = divmod(self.images, processes.count)
        return replace(self, images=part + (processes.rank < rest))


def rows_of(folder: Path) -> dict[str, DrawnRow]:
    """Key -> row of every picture that is on the disk, whichever process drew it.

    Raises:
        UserError: a row is damaged.
    """
    found: dict[str, DrawnRow] = {}
    for path in sorted(folder.glob(f"{Path(CELLS).stem}*.jsonl")):
        for row in Journal(path, DrawnRow).read():
            if row.key not in found and (folder / row.file).is_file():
                found[row.key] = row
    return found


def draw_plan(  # noqa: PLR0913 - all by keyword
    spec: EvalSpec,
    plan: Plan,
    *,
    digests: Digests,
    processes: Processes,
    limits: Limits,
    say: Say,
) -> int:
    """Draw what is missing.

    Returns:
        How many pictures were drawn now.

    Raises:
        UserError: a canary failed, or a LoRA does not fit.
        BudgetStop: a budget is spent.
    """
    folder = spec.folder
    wanted = recipes_of(spec, plan, digests)
    missing = _missing(folder, wanted, processes)
    sung = canaries.read(folder)
    if sung is not None and sung.plan == plan.hash:
        canaries.check(sung)
        if not missing:
            return 0
    easel = _easel(spec, plan, digests, processes, wanted)
    if sung is None or sung.plan != plan.hash:
        _sing(spec, plan, digests, easel, processes, say)
    for note in easel.notes:
        say(f"warning: {note}")
    return _draw(spec, plan, easel, missing, processes, limits)


def recipes_of(spec: EvalSpec, plan: Plan, digests: Digests) -> dict[str, Recipe]:
    """Key -> recipe of every picture of a plan, in its order."""
    loras = {lora.label: lora for lora in plan.loras}
    found: dict[str, Recipe] = {}
    for planned in plan.cells:
        if planned.key not in found:
            found[planned.key] = recipe_of(spec, digests, planned.cell, loras)
    return found


def _missing(folder: Path, wanted: Mapping[str, Recipe], processes: Processes) -> dict[str, Recipe]:
    """This process's part of the pictures without a row.

    A picture whose row was lost in a crash is taken in, and not drawn again.
    """
    if processes.rank == 0:
        _sweep(folder)
    rows = rows_of(folder)
    # What one takes in would shift the parts of those that read later.
    processes.wait()
    mine = [key for key in wanted if key not in rows][processes.rank :: processes.count]
    journal = journal_of(folder, processes)
    missing = {}
    for key in mine:
        told = read_told(folder / picture_file(key))
        if told is not None and told.get("key") == key:
            journal.append(_adopted(folder, key))
        else:
            missing[key] = wanted[key]
    return missing


def _sweep(folder: Path) -> None:
    """Take away what a killed process had half written, under the names of `write_atomically`."""
    for file in (folder / "images").glob("*/.curate.*"):
        file.unlink(missing_ok=True)


def _adopted(folder: Path, key: str) -> DrawnRow:
    from PIL import Image

    with Image.open(folder / picture_file(key)) as picture:
        return DrawnRow(key=key, file=picture_file(key).as_posix(), pixels=pixel_digest(picture))


def journal_of(folder: Path, processes: Processes) -> Journal[DrawnRow]:
    """The file of rows that is this process's own."""
    suffix = f"-{processes.rank}" if processes.rank else ""
    return Journal(folder / f"{Path(CELLS).stem}{suffix}.jsonl", DrawnRow)


def _easel(
    spec: EvalSpec,
    plan: Plan,
    digests: Digests,
    processes: Processes,
    wanted: Mapping[str, Recipe],
) -> Easel:
    if spec.base is None:
        raise UserError("evaluate.yaml: name the `base` to draw pictures")
    files = {lora.sha256: Path(lora.file) for lora in plan.loras}
    if spec.turbo and digests.turbo:
        files[digests.turbo[0]] = Path(spec.turbo.file)
    easel = Easel(spec.base, Path(spec.cache), files, processes.device, spec.dtype)
    texts = [text for recipe in wanted.values() for text in (recipe.prompt, recipe.negative)]
    texts += [text for text in texts if text for text in canaries.weighted_prompts(text)]
    easel.prepare(dict.fromkeys(texts))
    return easel


def _sing(  # noqa: PLR0913, PLR0917 - what `draw_plan` knows
    spec: EvalSpec, plan: Plan, digests: Digests, easel: Easel, processes: Processes, say: Say
) -> None:
    """Draw the canaries; those of a plan that only grew are drawn again."""
    if not plan.loras:
        _sing_base(spec, plan, digests, easel, processes)
        return
    last = _last_called(plan)
    loras = {lora.label: lora for lora in plan.loras}
    found = canaries.sing(
        plan=plan.hash,
        recipe=recipe_of(spec, digests, last.cell, loras),
        lora=loras.pop(last.cell.checkpoint or ""),
        shallower=list(loras.values()),
        digests=digests,
        drawing=easel.draw,
        weights=any(planned.cell.weight != 1.0 for planned in plan.cells),
    )
    if processes.rank == 0:
        canaries.keep(spec.folder, found)
    for one in found.found:
        if one.verdict == "warned":
            say(f"warning: {one.id}: {one.says}")
    canaries.check(found)


def _sing_base(
    spec: EvalSpec, plan: Plan, digests: Digests, easel: Easel, processes: Processes
) -> None:
    found = canaries.sing_base(
        plan=plan.hash,
        recipe=recipe_of(spec, digests, plan.cells[-1].cell, {}),
        digests=digests,
        drawing=easel.draw,
    )
    if processes.rank == 0:
        canaries.keep(spec.folder, found)
    canaries.check(found)


def _last_called(plan: Plan) -> Planned:
    """The last cell whose prompt calls her, at full strength: there a LoRA has to act."""
    found = [p for p in plan.cells if p.cell.arm == "lora" and p.cell.strength == 1.0]
    if not found:
        raise UserError("the plan has no cell with a LoRA")
    return found[-1]


def _draw(  # noqa: PLR0913, PLR0917 - what `draw_plan` knows
    spec: EvalSpec,
    plan: Plan,
    easel: Easel,
    missing: Mapping[str, Recipe],
    processes: Processes,
    limits: Limits,
) -> int:
    folder, journal = spec.folder, journal_of(spec.folder, processes)
    names = {lora.sha256: Path(lora.file).stem for lora in plan.loras}
    if spec.turbo:
        names |= {sha: Path(spec.turbo.file).stem for sha in _strangers(missing, names)}
    limits = limits.share(processes)
    spent, drawn = 0.0, 0
    for key, recipe in progress(missing.items(), total=len(missing), doing="drawing"):
        _check_limits(limits, drawn, spent, len(missing) - drawn)
        began = time.perf_counter()
        picture = easel.draw(recipe)
        path = folder / picture_file(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, encoded(picture, recipe, names))
        seconds = time.perf_counter() - began
        journal.append(
            DrawnRow(
                key=key,
                file=picture_file(key).as_posix(),
                pixels=pixel_digest(picture),
                seconds=round(seconds, 4),
            )
        )
        drawn += 1
        spent += seconds * processes.count
    return drawn


def _strangers(missing: Mapping[str, Recipe], names: Mapping[str, str]) -> Iterator[str]:
    """Hashes that no checkpoint has: the speed LoRA's."""
    return (sha for recipe in missing.values() for sha, _ in recipe.loras if sha not in names)


def _check_limits(limits: Limits, drawn: int, seconds: float, left: int) -> None:
    if limits.images is not None and drawn >= limits.images:
        raise BudgetStop(f"{counted(drawn, 'picture')} drawn, as many as asked; {left:,} are left")
    if limits.gpu_hours is not None and seconds >= limits.gpu_hours * SECONDS_PER_HOUR:
        raise BudgetStop(f"{seconds / SECONDS_PER_HOUR:.2f} GPU hours are spent; {left:,} are left")
