"""Text -> the rows that the transformer attends to.

Letters in names of tensors: B texts, S Qwen tokens, T T5 tokens, R rows of context (T, padded
with zeros to at least 512), C channels.

The same whole text goes through two tokenizers: Qwen reads it, and the ids of T5 are the queries
of the adapter. Rows behind the last token are zeros and stay: a zero row is a key of logit 0 and
a value of 0, so their number belongs to what the transformer computes.
"""

from collections.abc import Iterator, Sequence

import torch

from rules.records import record
from train.anima.prompts import Segment, weighted_segments
from train.untyped import Untyped


@record
class Tokens:
    """One text as ids of both tokenizers, with a weight for every row."""

    qwen: tuple[int, ...]
    t5: tuple[int, ...]
    weights: tuple[float, ...]


class Tokenizers:
    """Both tokenizers of Anima.

    Args:
        qwen: pads with what stands for the empty text.
        t5: ends every text with its end token.
    """

    def __init__(self, qwen: Untyped, t5: Untyped) -> None:
        self._qwen, self._t5 = qwen, t5
        self._end = int(t5.eos_token_id)
        self._empty = int(qwen.pad_token_id)

    def caption(self, text: str) -> Tokens:
        """A training caption: the whole text as it is; brackets are letters like others."""
        return self._tokens((Segment(text, 1.0),))

    def prompt(self, text: str) -> Tokens:
        """A prompt: marks of weights are taken out of the text and multiply the rows."""
        return self._tokens(weighted_segments(text))

    def captions(self, texts: Sequence[str]) -> list[Tokens]:
        """Some training captions, each as `caption` gives it; fewer calls, and so faster."""
        if not texts:
            return []
        qwen = self._qwen(list(texts), add_special_tokens=False)["input_ids"]
        t5 = self._t5(list(texts), add_special_tokens=False)["input_ids"]
        return [self._ended(*ids, [1.0] * len(ids[1])) for ids in zip(qwen, t5, strict=True)]

    def _tokens(self, segments: Sequence[Segment]) -> Tokens:
        qwen: list[int] = []
        t5: list[int] = []
        weights: list[float] = []
        for text, weight in segments:
            qwen += self._qwen(text, add_special_tokens=False)["input_ids"]
            ids = self._t5(text, add_special_tokens=False)["input_ids"]
            t5 += ids
            weights += [weight] * len(ids)
        return self._ended(qwen, t5, weights)

    def _ended(self, qwen: list[int], t5: list[int], weights: list[float]) -> Tokens:
        return Tokens(
            qwen=tuple(qwen) or (self._empty,),
            t5=(*t5, self._end),
            weights=(*weights, 1.0),
        )


def context(qwen: Untyped, adapter: Untyped, tokens: Sequence[Tokens]) -> torch.Tensor:
    """Rows of some texts with zeros behind each: B×R×C in the adapter's dtype, with their graph.

    Padding is masked in the text encoder, in both attentions of the adapter and in its output,
    so a text's rows do not depend on what stands beside it in the batch.
    """
    device = next(adapter.parameters()).device
    qwen_BS, qwen_mask_BS = _padded([text.qwen for text in tokens], device)
    t5_BT, t5_mask_BT = _padded([text.t5 for text in tokens], device)
    states_BSC = qwen(input_ids=qwen_BS, attention_mask=qwen_mask_BS).last_hidden_state
    states_BSC = states_BSC * qwen_mask_BS[..., None].to(states_BSC.dtype)
    rows_BRC: torch.Tensor = adapter(
        source_hidden_states=states_BSC.to(next(adapter.parameters()).dtype),
        target_input_ids=t5_BT,
        target_attention_mask=t5_mask_BT,
        source_attention_mask=qwen_mask_BS,
    )
    return rows_BRC


@torch.no_grad()
def encode(qwen: Untyped, adapter: Untyped, tokens: Sequence[Tokens]) -> Iterator[torch.Tensor]:
    """Rows of some texts, each without its padding: T×C, in the adapter's dtype."""
    rows_BRC = context(qwen, adapter, tokens)
    for i, text in enumerate(tokens):
        rows_TC = rows_BRC[i, : len(text.t5)]
        weights_T = torch.tensor(text.weights, device=rows_TC.device, dtype=rows_TC.dtype)
        yield rows_TC * weights_T[:, None]


def pad_rows(rows: Sequence[torch.Tensor], context_rows: int) -> torch.Tensor:
    """Rows of some texts with zeros behind: B×R×C, R at least `context_rows`."""
    length = max(context_rows, *(len(rows_TC) for rows_TC in rows))
    return torch.stack(
        [torch.nn.functional.pad(rows_TC, (0, 0, 0, length - len(rows_TC))) for rows_TC in rows]
    )


def _padded(
    ids: Sequence[Sequence[int]], device: torch.device
) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(map(len, ids))
    # The id behind the last token never counts: its place is masked.
    padded = [[*row, *([0] * (longest - len(row)))] for row in ids]
    mask = [[1] * len(row) + [0] * (longest - len(row)) for row in ids]
    return torch.tensor(padded, device=device), torch.tensor(mask, device=device)
