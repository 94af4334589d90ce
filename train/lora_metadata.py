"""What a LoRA file says of its training; strings alone, and no dates: equal runs, equal files."""

from pathlib import Path

from train.comparison import as_json
from train.config import TrainConfig
from train.material import Material
from train.metrics import Progress
from train.stamps import weights_digest

HUB = "https://huggingface.co/circlestone-labs/Anima"


def metadata_of(
    config: TrainConfig, material: Material, progress: Progress, blocks: int
) -> dict[str, str]:
    """Metadata as other trainers write them, and what only this one knows.

    Args:
        config: of the run.
        material: what it learns from.
        progress: when the file is written.
        blocks: of the transformer: on one of another depth the LoRA would land on other layers.
    """
    adapter, optimizer, sigmas = config.adapter, config.optimizer, config.sigmas
    base_hash = weights_digest(Path(config.base.transformer))
    told = {
        "ss_network_module": "peft.LoraConfig",
        "ss_network_dim": adapter.rank,
        "ss_network_alpha": adapter.rank,
        "ss_output_name": config.name,
        "ss_learning_rate": optimizer.lr,
        "ss_lr_scheduler": optimizer.schedule,
        "ss_optimizer": optimizer.name,
        "ss_num_epochs": config.epochs,
        "ss_epoch": progress.epoch,
        "ss_steps": progress.step,
        "ss_batch_size_per_device": config.batch,
        "ss_gradient_accumulation_steps": config.accumulation,
        "ss_resolution": material.resolution,
        "ss_num_train_images": sum(item.repeats for item in material.items),
        "ss_seed": config.seed,
        "ss_timestep_sampling": "sigmoid",
        "ss_sigmoid_scale": sigmas.scale,
        "ss_discrete_flow_shift": sigmas.shift,
        "ss_new_sd_model_hash": base_hash,
        "modelspec.architecture": "anima-preview/lora",
        "modelspec.implementation": HUB,
        "modelspec.title": config.name,
        "lora_curate.blocks": blocks,
        "lora_curate.base_sha256": base_hash,
        "lora_curate.manifest_sha256": material.manifest or "",
        "lora_curate.trigger": material.trigger or "",
        "lora_curate.trained_alpha": adapter.alpha,
        "lora_curate.config": as_json(config),
    }
    return {key: str(value) for key, value in told.items()}
