"""Which program and model made a picture, as its own metadata say."""

import json
import re
from collections.abc import Mapping
from typing import Any

PROMPT_LENGTH = 200
MODEL_KEYS = ("ckpt_name", "unet_name", "model_name")
A1111_MODEL = re.compile(r"\bModel: ([^,\n]{1,100})")
# Programs that paint by themselves; an editor in the metadata (Photoshop) made nothing.
GENERATORS = {
    "novelai": "NovelAI",
    "made with google ai": "Gemini",
    "gemini": "Gemini",
    "midjourney": "Midjourney",
    "dall": "DALL-E",
    "stable diffusion": "Stable Diffusion",
    "invokeai": "InvokeAI",
    "comfyui": "ComfyUI",
    "fooocus": "Fooocus",
    "swarmui": "SwarmUI",
    "drawthings": "Draw Things",
    "qwen": "Qwen",
}
EXIF_SOFTWARE = 0x0131
EXIF_DESCRIPTION = 0x010E


def read_metadata(
    info: Mapping[Any, Any], exif: Mapping[int, Any]
) -> tuple[str | None, str | None, str | None]:
    """Generator, model and the start of the prompt; None for what is not said.

    Args:
        info: Pillow's `Image.info`: PNG text chunks and their like. Untrusted.
        exif: tag -> value.
    """
    text = {k: v for k, v in info.items() if isinstance(k, str) and isinstance(v, str)}
    if "parameters" in text:
        model = A1111_MODEL.search(text["parameters"])
        return "A1111", _cut(model[1].strip()) if model else None, _cut(text["parameters"])
    if "workflow" in text or "prompt" in text:
        return "ComfyUI", _comfy_model(text.get("prompt", "")), _cut(text.get("prompt"))
    xmp = info.get("xmp") or info.get("XML:com.adobe.xmp") or b""
    told = " ".join(
        part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part)
        for part in (text.get("Software"), exif.get(EXIF_SOFTWARE), xmp)
        if part
    ).lower()
    generator = next((name for mark, name in GENERATORS.items() if mark in told), None)
    prompt = text.get("Description") or exif.get(EXIF_DESCRIPTION)
    return generator, None, _cut(prompt) if generator else None


def _comfy_model(prompt: str) -> str | None:
    """The first model file that a ComfyUI graph loads."""
    try:
        graph = json.loads(prompt)
    except (ValueError, RecursionError):
        return None
    if not isinstance(graph, dict):
        return None
    for node in graph.values():
        inputs = node.get("inputs") if isinstance(node, dict) else None
        if not isinstance(inputs, dict):
            continue
        model = next((inputs[k] for k in MODEL_KEYS if isinstance(inputs.get(k), str)), None)
        if model:
            return _cut(model)
    return None


def _cut(value: object) -> str | None:
    return encodable(value[:PROMPT_LENGTH]) if isinstance(value, str) and value else None


def encodable(text: str) -> str:
    """Text without the lone surrogates that JSON can smuggle in and no file can hold."""
    return text.encode("utf-8", "replace").decode()
