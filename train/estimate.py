"""What a run takes: memory, hours and money, before anything was measured and after."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median
from typing import Any

from rules.records import record
from train.anima.shapes import PATCH, TransformerSize

# Bytes that autograd keeps of a block for its way back, per channel: of a token and of a row of
# text, in bf16. Counted with saved_tensors_hooks; checkpointing keeps a block's input alone.
KEPT_OF_TOKEN, KEPT_OF_ROW, INPUT = 67, 12, 2
LATENT_SIDE = 8
# How many steps tell a pace, and how many of a run's first do not.
RECENT = 50
WARM = 2
FIRST = 12
# By what share a forecast has to be off to be told anew.
STRAYED = 0.2
# One account of a rented GPU, the only published one with rank, size and batch: pictures a second,
# and the floating-point operations of one forward pass of such a picture.
ANCHOR = "a rented RTX 4090 at 1024 px in one account"
ANCHOR_RATE = 1.36
ANCHOR_FLOPS = 17.92e12
FAR = 10


@record
class Time:
    """How long, and how that is known.

    Attributes:
        rate: pictures a second.
        source: for people.
    """

    rate: float
    source: str

    def hours(self, pictures: int) -> float:
        """Of that many pictures shown."""
        return pictures / self.rate / 3600


def tokens_of(bucket: tuple[int, int]) -> int:
    """Tokens of a picture of that width and height in pixels."""
    width, height = (side // LATENT_SIDE // PATCH for side in bucket)
    return width * height


def forward_flops(size: TransformerSize, tokens: int, rows: int) -> float:
    """Floating-point operations of one picture's forward pass, a multiply-add counted as two.

    Linear layers and both attentions; what is done once a picture rather than a token is nothing
    beside them.
    """
    width = size.width
    per_token = 4 * width**2 + 2 * width**2 + 2 * size.mlp_ratio * width**2
    per_row = 2 * size.context_dim * width
    attention = 2 * tokens * (tokens + rows) * width
    return 2 * size.blocks * (per_token * tokens + per_row * rows + attention)


def kept_bytes(  # noqa: PLR0913 - all but one by keyword
    size: TransformerSize, *, tokens: int, rows: int, batch: int, checkpointing: bool, wide: bool
) -> int:
    """Bytes that a forward pass keeps for the backward pass, without workspace of kernels.

    Args:
        size: of the transformer.
        tokens: of the largest picture.
        rows: of text.
        batch: pictures at once.
        checkpointing: whether blocks are computed anew on the backward pass.
        wide: whether numbers have four bytes rather than two.
    """
    block = (KEPT_OF_TOKEN * tokens + KEPT_OF_ROW * rows) * size.width
    inputs = INPUT * tokens * size.width
    kept = size.blocks * inputs + block if checkpointing else size.blocks * block
    return batch * kept * (2 if wide else 1)


def measured(lines: Sequence[Mapping[str, Any]]) -> Time | None:
    """The pace of a run's last steps; None where it has too few to tell."""
    rates = [line["samples_per_second"] for line in lines[WARM:]][-RECENT:]
    return Time(rate=median(rates), source="measured in this run") if rates else None


def guessed(size: TransformerSize, buckets: Iterable[tuple[int, int]], rows: int) -> Time | None:
    """The anchor's pace, scaled by how much there is to compute; None where that is far from it."""
    flops = [forward_flops(size, tokens_of(bucket), rows) for bucket in buckets]
    mean = sum(flops) / len(flops)
    if not 1 / FAR < mean / ANCHOR_FLOPS < FAR:
        return None
    return Time(rate=ANCHOR_RATE * ANCHOR_FLOPS / mean, source=f"as of {ANCHOR}; a guess")


def in_words(time: Time | None, pictures: int, price: float | None) -> str:
    """Hours, cost where a price is known, and where they come from."""
    if time is None:
        return (
            "not measured; `train doctor` measures a step, and the run tells it from its first on"
        )
    hours = time.hours(pictures)
    told = f"{hours:,.1f} h" if hours >= 1 else f"{hours * 60:,.1f} min"
    told = told if hours * 60 >= 1 else f"{hours * 3600:,.0f} s"
    cost = "" if price is None else f", {hours * price:,.2f} at {price:g} an hour"
    return f"{told}{cost} at {time.rate:.2f} pictures/s ({time.source})"


class Forecast:
    """Tells during a run how long the rest takes: from its first steps, and where that changes.

    Args:
        price: an hour of the machine; None where nobody knows.
        say: takes lines for people.
    """

    def __init__(self, price: float | None, say: Callable[[str], None]) -> None:
        self._price, self._say = price, say
        self._lines: list[Mapping[str, Any]] = []
        self._told: float | None = None

    def step(self, line: Mapping[str, Any], pictures_left: int) -> None:
        """Take a step's numbers; every so many of them, say where the end has moved."""
        self._lines.append(line)
        if len(self._lines) not in {FIRST, RECENT} or pictures_left <= 0:
            return
        time = measured(self._lines)
        if len(self._lines) == RECENT:
            self._lines.clear()
        if time and (self._told is None or abs(time.rate / self._told - 1) > STRAYED):
            self._told = time.rate
            self._say(f"to go: {in_words(time, pictures_left, self._price)}")
