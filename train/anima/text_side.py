"""Texts -> cached rows. Text encoder and adapter are loaded only where a row is missing."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import torch

from curate.errors import UserError
from train.anima import loading
from train.anima.conditioning import Tokenizers, Tokens, encode
from train.cache import TensorCache
from train.config import BaseFiles
from train.stamps import key_of, weights_digest

# Texts encoded at once.
BATCH = 8
VERSION = 1


class TextSide:
    """Encodes texts once and for all.

    Args:
        files: of the base.
        cache: folder of cached tensors.
        device: where texts are encoded.
        dtype: of the networks and of the rows.
    """

    def __init__(
        self,
        files: BaseFiles,
        cache: Path,
        *,
        device: torch.device,
        dtype: torch.dtype,
    ) -> None:
        self._files, self._device, self._dtype = files, device, dtype
        self._cache = TensorCache(cache / "texts")
        qwen_hash = weights_digest(loading.qwen_file(Path(files.text_encoder)))
        self._stamp = (VERSION, weights_digest(Path(files.transformer)), qwen_hash, str(dtype))
        self._tokens: dict[tuple[str, bool], Tokens] = {}
        self._tokenizers = Tokenizers(
            loading.load_tokenizer(files.qwen_tokenizer), loading.load_tokenizer(files.t5_tokenizer)
        )

    def encode_all(self, captions: Iterable[str], prompts: Iterable[str]) -> None:
        """Make what is not cached, then let go of both networks."""
        wanted = [self._tokenised(text, weighted=False) for text in dict.fromkeys(captions)]
        wanted += [self._tokenised(text, weighted=True) for text in dict.fromkeys(prompts)]
        networks: list[object] = []

        def make(tokens: Sequence[Tokens]) -> Iterable[torch.Tensor]:
            if not networks:
                networks.extend(self._networks())
            return (rows.cpu() for rows in encode(networks[0], networks[1], tokens))

        entries = [(self._key(tokens), tokens) for tokens in wanted]
        self._cache.fill(entries, make, doing="encoding texts", batch=BATCH)

    def rows(self, text: str, *, weighted: bool = False) -> torch.Tensor:
        """Rows of a text that was encoded: T×C on the CPU; raises UserError where they are gone."""
        found = self._cache.read(self._key(self._tokenised(text, weighted=weighted)))
        if found is None:
            raise UserError(
                f"the cache lost the text `{text[:60]}`; start again, and it is rebuilt"
            )
        return found

    def length(self, text: str) -> int:
        """How many rows a caption has with its zeros."""
        return max(self._files.context_rows, len(self._tokenised(text, weighted=False).t5))

    def _tokenised(self, text: str, *, weighted: bool) -> Tokens:
        tokens = self._tokens.get((text, weighted))
        if tokens is None:
            make = self._tokenizers.prompt if weighted else self._tokenizers.caption
            tokens = self._tokens[text, weighted] = make(text)
        return tokens

    def _key(self, tokens: Tokens) -> str:
        """By the ids, so that another tokenizer cannot be taken for this one."""
        return key_of(*self._stamp, tokens.qwen, tokens.t5, tokens.weights)

    def _networks(self) -> tuple[object, object]:
        qwen = loading.load_qwen(
            Path(self._files.text_encoder), dtype=self._dtype, device=self._device
        )
        adapter = loading.load_adapter(
            Path(self._files.transformer), dtype=self._dtype, device=self._device
        )
        return qwen, adapter
