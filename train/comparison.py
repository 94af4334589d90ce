"""Two configurations side by side: whether they are one run, and what parts two of them."""

import json
from pathlib import Path

from rules.planned_run import Factor
from rules.records import to_plain
from train.config import TrainConfig

# What a run may change and be the same run, since it only watches.
WATCHING = frozenset({"samples", "keep_states", "save_every", "steps"})
# What belongs to this machine, and to nobody whom a LoRA file reaches.
HERE = frozenset({"output", "cache", "on_checkpoint", "compared_with", "price_per_hour"})
# What changes how a step is computed, and what it teaches by no more than rounding.
COMPUTED = frozenset({"name", "device", "checkpointing", "compile", "swap_blocks"})


def as_json(config: TrainConfig) -> str:
    """All that decides what is learned, alike for alike runs.

    Of paths the last name alone: LoRA files travel, and nobody needs to read whose home they left.
    """
    return json.dumps(_plain(config), sort_keys=True)


def changes(old: str, config: TrainConfig) -> list[str]:
    """What a run would do otherwise than a configuration of old did, one line a setting."""
    before, after = _flat(json.loads(old)), _flat(_plain(config))
    return [
        f"{key}: {before.get(key)} -> {after.get(key)}"
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key) and key.split(".")[0] not in WATCHING
    ]


def differences(one: TrainConfig, other: TrainConfig) -> tuple[Factor, ...]:
    """Every setting that differs between two runs, paths as they are."""
    before, after = _flat(to_plain(one)), _flat(to_plain(other))
    return tuple(
        Factor(key, str(before.get(key)), str(after.get(key)))
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    )


def factors(found: tuple[Factor, ...]) -> tuple[Factor, ...]:
    """Those of them that change what is learned."""
    apart = WATCHING | HERE | COMPUTED
    return tuple(factor for factor in found if factor.key.split(".")[0] not in apart)


def _plain(config: TrainConfig) -> dict[str, object]:
    plain: dict[str, object] = to_plain(config)
    base = to_plain(config.base)
    files = {
        key: Path(value).name if isinstance(value, str) else value
        for key, value in base.items()
        if key != "sha256"
    }
    kept = {key: value for key, value in plain.items() if key not in HERE}
    return {**kept, "dataset": Path(config.dataset).name, "base": files}


def _flat(plain: object, stem: str = "") -> dict[str, object]:
    if not isinstance(plain, dict):
        return {stem.rstrip("."): plain}
    return {k: v for key, value in plain.items() for k, v in _flat(value, f"{stem}{key}.").items()}
