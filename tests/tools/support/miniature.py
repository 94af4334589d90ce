"""A random base of Anima's architecture, a few megabytes, in files as the published ones."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
import yaml

from train.anima.loading import vae_names
from train.anima.names import to_native
from train.safetensors_files import write_safetensors
from train.stamps import file_digest
from train.untyped import library

WORDS = """masterpiece best quality safe keichan tk girl 1girl solo smile standing sitting bust full
body from below above side behind braid blue ribbon hair eyes she is a the of and with looking at
viewer upper walking simple background white""".split()
ROWS = 24
ROPE = (1.0, 1.0, 1.0)


def write_base(folder: Path, *, prefix: str = "net.", blocks: int = 2, seed: int = 0) -> Path:
    """All files of a base below a folder: transformer, text_encoder, vae, qwen/, t5/."""
    torch.manual_seed(seed)
    tensors = {f"{prefix}{key}": value for key, value in transformer_tensors(blocks).items()}
    write_safetensors(folder / "transformer.safetensors", tensors, {})
    qwen = {f"model.{key}": value for key, value in _qwen().items()}
    write_safetensors(folder / "text_encoder.safetensors", qwen, {"format": "pt"})
    write_safetensors(folder / "vae.safetensors", _vae(), {})
    _tokenizer(folder / "qwen", {"pad_token": "<|endoftext|>"}, ends=False)
    _tokenizer(folder / "t5", {"pad_token": "<pad>", "eos_token": "</s>"}, ends=True)
    return folder


def named_folder(folder: Path, *, blocks: int = 2) -> Path:
    """A random base that says what its files are."""
    write_base(folder, blocks=blocks)
    plain = {
        "transformer": "transformer.safetensors",
        "text_encoder": "text_encoder.safetensors",
        "vae": "vae.safetensors",
        "qwen_tokenizer": "qwen",
        "t5_tokenizer": "t5",
        "context_rows": ROWS,
        "rope_scale": list(ROPE),
        "sha256": file_digest(folder / "transformer.safetensors"),
    }
    (folder / "base.yaml").write_text(yaml.safe_dump(plain))
    return folder


def transformer_tensors(blocks: int) -> dict[str, torch.Tensor]:
    """Transformer and adapter by their native keys, without prefix."""
    body = library("diffusers").CosmosTransformer3DModel(
        in_channels=16,
        out_channels=16,
        num_attention_heads=2,
        attention_head_dim=32,
        num_layers=blocks,
        text_embed_dim=32,
        adaln_lora_dim=16,
        rope_scale=ROPE,
        extra_pos_embed_type=None,
    )
    adapter = library("diffusers").AnimaTextConditioner(
        source_dim=32,
        target_dim=32,
        model_dim=32,
        num_layers=2,
        num_attention_heads=2,
        target_vocab_size=64,
        min_sequence_length=ROWS,
    )
    named = {}
    for key, value in body.state_dict().items():
        native = to_native(key.removesuffix(".weight"))
        assert native is not None, key
        named[f"{native}.weight"] = value
    return named | {f"llm_adapter.{key}": value for key, value in adapter.state_dict().items()}


def _qwen() -> Mapping[str, torch.Tensor]:
    config = library("transformers").Qwen3Config(
        vocab_size=64,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=16,
        rms_norm_eps=1e-6,
        rope_parameters={"rope_type": "default", "rope_theta": 1e6},
    )
    state: Mapping[str, torch.Tensor] = library("transformers").Qwen3Model(config).state_dict()
    return state


def _vae() -> dict[str, torch.Tensor]:
    """Random tensors under the keys of the published file, at a twelfth of its width."""
    model = library("diffusers").AutoencoderKLQwenImage(base_dim=8).state_dict()
    back = vae_names(dict(zip(published_vae_keys(), published_vae_keys(), strict=True)))
    return {back[key]: value for key, value in model.items()}


def published_vae_keys() -> Iterable[str]:
    """The keys of the published VAE file."""
    path = Path(__file__).parents[2] / "train" / "keys" / "qwen_image_vae.json"
    return tuple(json.loads(path.read_text()))


def _tokenizer(folder: Path, special: Mapping[str, str], *, ends: bool) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors  # noqa: PLC0415 - heavy

    listed = dict.fromkeys([*special.values(), "<unk>", ",", ".", "(", ")", ":", *WORDS])
    vocabulary = {word: i for i, word in enumerate(listed)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))  # noqa: S106 - no secret
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation()]
    )
    if ends:
        tokenizer.post_processor = processors.TemplateProcessing(
            single="$A </s>", special_tokens=[("</s>", vocabulary["</s>"])]
        )
    library("transformers").PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="<unk>",  # noqa: S106 - no secret
        **special,
    ).save_pretrained(folder)
