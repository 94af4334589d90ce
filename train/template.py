"""`train init`: a train.yaml to begin with."""

from pathlib import Path

from curate.errors import UserError
from rules.records import write_atomically

TEMPLATE = """\
# One run. Paths count from this file's folder. What is not here has its default;
# `train plan` tells what it comes to, `train doctor` what would stop it.
name: {name}
dataset: {dataset}

base:  # the published files, as they are; `base: mini` is the small one that ships
  transformer: models/anima-base-v1.0.safetensors
  text_encoder: models/qwen_3_06b_base.safetensors
  vae: models/qwen_image_vae.safetensors
  qwen_tokenizer: Qwen/Qwen3-0.6B-Base  # or a folder, where there is no network
  t5_tokenizer: google/t5-v1_1-xxl

adapter:
  rank: 32
  alpha: 32.0
  targets: attn-mlp  # attn-mlp+adaln, or a regular expression

optimizer:
  lr: 2.0e-5  # what the base's author names
  schedule: constant
  clip: 1.0

epochs: 180
repeats: 4
batch: 1
accumulation: 4
remainder: dropped  # or kept: a smaller step at an epoch's end
dtype: bf16
seed: 42
save_every: 1
# price_per_hour: 0.69  # of the machine; plans and runs then tell what they cost

# Out of memory? In this order: checkpointing: true, batch: 1, swap_blocks: 8

samples:
  every: 1
  seeds: [1, 2]
  width: 832
  height: 1216
  drawing: {{sampler: er_sde, steps: 8, cfg: 1.0}}  # a base without a turbo LoRA wants 30 and 4.0
"""


def write_template(path: Path, dataset: str) -> None:
    """Write it where nothing is.

    Raises:
        UserError: there is one already.
    """
    if path.exists():
        raise UserError(f"{path}: is there already; name another with --config, or delete it")
    name = "".join(c if c.isalnum() or c in "._-" else "-" for c in Path(dataset).resolve().name)
    text = TEMPLATE.format(name=name.lstrip("._-") or "run", dataset=dataset)
    write_atomically(path, text.encode())
