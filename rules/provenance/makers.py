"""Names of programs and models, as pictures' metadata and people's declarations spell them.

Patterns run over lower-case text whose separators are single spaces. A model that was made from
another one bears both names, so that the two never contradict each other.
"""

import re
from collections.abc import Iterable, Mapping

PROGRAMS: Mapping[str, str] = {
    "ComfyUI": r"comfy ?ui",
    "A1111": r"a1111|automatic ?1111|stable diffusion web ?ui|\bforge\b",
    "InvokeAI": r"invoke ?ai",
    "Fooocus": r"fooocus",
}
MODELS: Mapping[str, str] = {
    # Animagine, AnimatePencil and their like are other models than Anima.
    "Anima": r"anima(?!gine|te|tion|l|rum| ?pencil)",
    "Qwen": r"qwen",
    "Gemini": r"gemini|nano ?banana|\bimagen\b|google ai",
    "NovelAI": r"novel ?ai|\bnai\b",
    "Midjourney": r"mid ?journey",
    "OpenAI": r"dall ?e|gpt ?image|chat ?gpt|gpt ?4o|openai",
    "Flux": r"\bflux",
    "SDXL": r"sd ?xl|stable diffusion xl|illustrious|noob ?ai|noob ?xl|\bpony(?!tail)|animagine"
    r"|anima ?pencil",
    "Illustrious": r"illustrious|noob ?ai|noob ?xl",
    "NoobAI": r"noob ?ai|noob ?xl",
    "Pony": r"\bpony(?!tail)",
    "Firefly": r"firefly",
    "Seedream": r"seedream",
}
WORD = re.compile(r"[a-z]{3,}")
# Words of file names that say nothing about who made a picture.
EMPTY_WORDS = frozenset(
    "the and with model models checkpoint safetensors ckpt base image images edit version "
    "version final full pruned diffusion generated generator photo picture pictures".split()
)


def plain(texts: Iterable[str | None]) -> str:
    """The texts as one, in lower case with single spaces for separators."""
    joined = " | ".join(text for text in texts if text)
    # waiANIMA_v10 -> wai anima v10: a change of case parts words as well.
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", joined)
    return f"{_spaced(joined)} | {_spaced(parted)}"


def _spaced(text: str) -> str:
    return re.sub(r"[^a-z0-9|]+", " ", text.lower())


def named(text: str, names: Mapping[str, str]) -> set[str]:
    """The programs or models that a plain text names."""
    return {name for name, pattern in names.items() if re.search(pattern, text)}


def share_a_word(one: str, other: str) -> bool:
    """Whether two plain texts have a telling word in common."""
    return bool(set(WORD.findall(one)) & set(WORD.findall(other)) - EMPTY_WORDS)
