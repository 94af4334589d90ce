"""evaluate.yaml: what is drawn, what is judged, and by whom."""

from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from curate.errors import UserError
from evaluate.spec.cells import LEAST_HEAD, Angle, Attribute, Criteria, Weight
from evaluate.spec.judges import FixedJudge, Judge, Limit, PeopleJudge
from rules.plain_yaml import load_yaml
from rules.records import parse, record
from rules.spec import Tags
from train.config import BaseFiles
from train.named_bases import with_named_base
from train.settings import SamplerSettings

SPEC = "evaluate.yaml"
Format = Literal["K", "N", "KT"]
Side = Annotated[int, Field(ge=16, multiple_of=16)]
Seeds = Annotated[tuple[int, ...], Field(min_length=1)]
CONTROL_SEEDS = (42, 100, 200, 300, 400, 500, 600, 700)
PRESETS: Mapping[str, SamplerSettings] = {
    "anima-turbo8": SamplerSettings(sampler="er_sde", steps=8, cfg=1.0, shift=3.0),
    "anima-base30": SamplerSettings(sampler="er_sde", steps=30, cfg=4.0, shift=3.0),
}
# What these words of a preset ask for: a base that is not distilled needs its speed LoRA.
NEEDS_TURBO = frozenset({"anima-turbo8"})
# Rows of judges have these names already.
RESERVED = frozenset(
    {"framing", "view", "elevation", "pose", "expression", "mouth", "upright", "broken", "head_px"}
)


@record
class Turbo:
    """A speed LoRA that is loaded in every cell, base-only cells included.

    Attributes:
        file: of the LoRA.
        strength: by which its weights are multiplied.
    """

    file: str
    strength: float = 1.0


@record
class Sampling:
    """How every picture is drawn.

    Attributes:
        preset: `anima-turbo8` (speed LoRA, 8 steps, er_sde on `simple`, CFG 1) or `anima-base30`.
        drawing: settings in place of the preset's.
        width: in pixels.
        height: in pixels.
        negative: of every picture; not asked at CFG 1.
    """

    preset: Literal["anima-turbo8", "anima-base30"] = "anima-turbo8"
    drawing: SamplerSettings | None = None
    width: Side = 832
    height: Side = 1216
    negative: str = ""

    @property
    def settings(self) -> SamplerSettings:
        """What counts."""
        return self.drawing or PRESETS[self.preset]


@record
class Checkpoint:
    """A LoRA file and its epoch.

    Attributes:
        file: of the LoRA.
        epoch: after which it was written; checkpoints are ordered by it.
    """

    file: str
    epoch: Annotated[int, Field(ge=0)]


@record
class Matrix:
    """Checkpoint x format x scene x seed.

    Attributes:
        formats: K (trigger), N (with sentences of the captions), KT (with `assist`).
        scenes: name -> tags of composition; none that says what she looks like.
        seeds: 3 decide nothing, 5 are the standard.
        assist: tags of KT; the features that only sentences name, unless said.
        baselines: arms without LoRA, in every format.
    """

    formats: Annotated[tuple[Format, ...], Field(min_length=1)] = ("K", "N", "KT")
    scenes: Annotated[Mapping[str, str], Field(min_length=1)] = field(
        default_factory=lambda: {"portrait": "upper body, looking at viewer, smile, open mouth"}
    )
    seeds: Seeds = (42, 100, 200, 300, 400)
    assist: Tags = ()
    baselines: tuple[Literal["base", "base_trigger"], ...] = ("base",)


@record
class Probes:
    """Questions beside the matrix; those that are empty are not asked.

    Attributes:
        checkpoints: labels to ask; the deepest, unless said.
        seeds: of every probe.
        angles: name -> what is asked for.
        weights: of those words.
        controls: whether each angle is drawn with and without LoRA and trigger.
        strengths: of the LoRA, for each angle.
        tokens: drawn with and without.
        captions: how many of the set's captions the base draws, without the trigger.
        neutral: a prompt that asks for no pose, view or angle, drawn at every checkpoint.
        unrelated: prompts that have nothing to do with her.
        prior_scene: tags beside an attribute that is described to the base.
    """

    checkpoints: tuple[str, ...] = ()
    seeds: Seeds = CONTROL_SEEDS
    angles: Mapping[str, Angle] = field(default_factory=dict)
    weights: Annotated[tuple[Weight, ...], Field(min_length=1)] = (1.0, 1.6)
    controls: bool = True
    strengths: tuple[float, ...] = ()
    tokens: Tags = ()
    captions: Annotated[int, Field(ge=0)] = 0
    neutral: str | None = None
    unrelated: tuple[str, ...] = ()
    prior_scene: str = "upper body, looking at viewer"


@record
class Budget:
    """Where a run stops, whole and resumable, with exit code 3; null for nowhere.

    Attributes:
        images: that one command draws.
        gpu_hours: that one command draws for, those of all processes together.
        cost: of all judges together, in the currency of their `prices`.
    """

    images: Annotated[int, Field(ge=0)] | None = None
    gpu_hours: Limit | None = None
    cost: Limit | None = None


@record
class EvalSpec:
    """The whole of evaluate.yaml; paths count from its folder.

    Attributes:
        name: of the evaluation, and of its folder.
        dataset: whose dataset.yaml, captions and manifest.json count.
        run: folder of a training run, whose checkpoints are evaluated.
        epochs: those of the run; all, unless said.
        checkpoints: label -> file and epoch, in place of a run, or beside it.
        base: what the LoRAs were trained on, as in train.yaml; null where nothing is drawn.
        turbo: a speed LoRA that is loaded in every cell; null for none.
        sampling: how every picture is drawn.
        matrix: what is asked of every checkpoint.
        probes: questions beside the matrix.
        attributes: what is judged.
        identity: the attribute that says how well a picture hits the character.
        least_head: height in pixels below which a head is too small to judge attributes.
        margin: rubric points that nobody minds.
        references: held-out pictures of the character, never trained.
        judges: who judges; several count by their median.
        budget: where a run stops.
        gpu_hour: what an hour of the GPU costs, in the currency of the judges' `prices`; for
            `evaluate matrix --dry-run`.
        dtype: of the base's weights, and of what is multiplied.
        device: where it draws; `auto` takes a GPU where there is one.
        output: folder of all evaluations.
        cache: folder of encoded prompts and of answers, shared by evaluations.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    dataset: str | None = None
    run: str | None = None
    epochs: tuple[int, ...] = ()
    checkpoints: Mapping[str, Checkpoint] = field(default_factory=dict)
    base: BaseFiles | None = None
    turbo: Turbo | None = None
    sampling: Sampling = field(default_factory=Sampling)
    matrix: Matrix = field(default_factory=Matrix)
    probes: Probes = field(default_factory=Probes)
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    identity: str = "identity"
    least_head: Annotated[float, Field(ge=0)] = LEAST_HEAD
    margin: Annotated[float, Field(gt=0)] = 0.5
    references: Tags = ()
    judges: tuple[Judge, ...] = ()
    budget: Budget = field(default_factory=Budget)
    gpu_hour: Limit = 0.0
    dtype: Literal["bf16", "fp32"] = "bf16"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    output: str = "evaluations"
    cache: str = "evaluations/.cache"

    @property
    def folder(self) -> Path:
        """Where everything of this evaluation lies."""
        return Path(self.output) / self.name

    def criteria(self, handed: Mapping[str, Literal["left", "right"]]) -> Criteria:
        """By what verdicts are made.

        Args:
            handed: feature -> side, as dataset.yaml has it.
        """
        return Criteria(
            attributes=self.attributes,
            angles=self.probes.angles,
            handed=handed,
            margin=self.margin,
            identity=self.identity,
            least_head=self.least_head,
        )


def load_spec(path: Path) -> EvalSpec:
    """Read evaluate.yaml, its paths made absolute.

    Raises:
        UserError: there is none, or it contradicts itself.
        RecordError: it cannot be understood.
    """
    if not path.exists():
        raise UserError(f"{path}: no such file; `evaluate init RUN` writes one")
    spec = parse(EvalSpec, with_named_base(load_yaml(path), path), str(path))
    _check(spec, path)
    here = path.resolve().parent

    def place(name: str) -> str:
        return str(here / name)

    files = spec.base
    return replace(
        spec,
        dataset=place(spec.dataset) if spec.dataset else None,
        run=place(spec.run) if spec.run else None,
        checkpoints={
            label: replace(one, file=place(one.file)) for label, one in spec.checkpoints.items()
        },
        base=files and replace(
            files,
            transformer=place(files.transformer),
            text_encoder=place(files.text_encoder),
            vae=place(files.vae),
            qwen_tokenizer=_local(here, files.qwen_tokenizer),
            t5_tokenizer=_local(here, files.t5_tokenizer),
        ),
        turbo=spec.turbo and replace(spec.turbo, file=place(spec.turbo.file)),
        judges=tuple(_placed(judge, here) for judge in spec.judges),
        references=tuple(place(name) for name in spec.references),
        output=place(spec.output),
        cache=place(spec.cache),
    )  # fmt: skip


def _placed(judge: Judge, here: Path) -> Judge:
    if isinstance(judge, PeopleJudge | FixedJudge):
        return replace(judge, answers=str(here / judge.answers))
    return judge


def _local(here: Path, name: str) -> str:
    """A folder's path, or the name on the hub as it is."""
    return str(here / name) if (here / name).is_dir() else name


def _check(spec: EvalSpec, path: Path) -> None:
    faults = []
    if spec.sampling.preset in NEEDS_TURBO and spec.turbo is None and not spec.sampling.drawing:
        faults.append(
            f"`sampling.preset: {spec.sampling.preset}` needs `turbo`: name the speed LoRA's file, "
            f"or set `sampling.drawing`"
        )
    if spec.identity not in spec.attributes and spec.probes.strengths:
        faults.append(f"`probes.strengths` needs an attribute `{spec.identity}`")
    described = {name for name, one in spec.attributes.items() if one.kind == "yes_no"}
    if spec.identity in described:
        faults.append(f"`{spec.identity}` is a score, not yes or no")
    faults += [
        f"`attributes.{name}`: a classifier says this of every picture; choose another name"
        for name in spec.attributes
        if name in RESERVED
    ]
    if faults:
        raise UserError("\n".join(f"{path}: {fault}" for fault in faults))
