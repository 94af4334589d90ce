"""Small tokenizers in the formats of the two that the base has, made from captions.

Qwen's is a byte-level BPE without marks, T5's a unigram model that ends every text with `</s>`.
Both know every letter, so that no trigger is unknown.
"""

import math
import string
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from train.untyped import Untyped, library

QWEN, T5 = "qwen", "t5"
QWEN_PAD = "<|endoftext|>"
# T5's own, in the order of their ids.
SPECIAL = PAD, END, UNKNOWN = "<pad>", "</s>", "<unk>"
# Where a word begins.
MARK = "▁"
# What a part of a word of one letter scores less than the rarest word.
RARER = 8.0
# As Qwen2 cuts texts before it merges bytes.
QWEN_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def make_tokenizers(folder: Path, captions: Iterable[str], *, qwen: int, t5: int) -> None:
    """Write the files of both tokenizers below a folder.

    Args:
        folder: gets `qwen/` and `t5/`.
        captions: to learn from.
        qwen: tokens of the first.
        t5: tokens of the second.

    Raises:
        OSError: they cannot be written.
    """
    # Every letter alone, too: what no caption holds may be somebody's trigger.
    texts = [*captions, " ".join(string.ascii_letters + string.digits), string.punctuation]
    _make_qwen(texts, qwen).save_pretrained(folder / QWEN)
    _make_t5(texts, t5).save_pretrained(folder / T5)


def _pieces(tokenizer: Untyped, texts: list[str], size: int) -> list[tuple[str, float]]:
    """Whole words by how often they occur, and what any other word is put together from.

    The usual training splits words until few pieces are left; a vocabulary that is smaller than
    the model has room for whole words, and rows are what an exposure costs.
    """
    cut = tokenizer.pre_tokenizer.pre_tokenize_str
    counts = Counter(piece for text in texts for piece, _ in cut(text))
    letters = [*string.ascii_letters, *string.digits, *string.punctuation, MARK]
    syllables = [a + b for a in string.ascii_lowercase for b in "aeiou" if a not in "aeiou"]
    rare = [*letters, *syllables, *(MARK + syllable for syllable in syllables)]
    room = size - len(SPECIAL) - len(rare)
    if room <= 0:
        raise ValueError(
            f"{size} pieces leave no room for words beside {len(rare):,} parts of words"
        )
    common = dict(counts.most_common(room))
    total = sum(common.values())
    scores = {piece: math.log(count / total) for piece, count in common.items()}
    least = min(scores.values(), default=0.0)
    # So that a word is never put together where it is known whole.
    scores |= {p: 2 * least - RARER / len(p) for p in rare if p not in scores}
    return [*((token, 0.0) for token in SPECIAL), *scores.items()]


def _make_qwen(texts: list[str], size: int) -> Untyped:
    parts = library("tokenizers")
    tokenizer = parts.Tokenizer(parts.models.BPE())
    tokenizer.normalizer = parts.normalizers.NFC()
    tokenizer.pre_tokenizer = parts.pre_tokenizers.Sequence(
        [
            parts.pre_tokenizers.Split(parts.Regex(QWEN_PATTERN), "isolated"),
            parts.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = parts.decoders.ByteLevel()
    trainer = parts.trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[QWEN_PAD],
        initial_alphabet=sorted(parts.pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return library("transformers").PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=QWEN_PAD,
        eos_token=QWEN_PAD,
    )


def _make_t5(texts: list[str], size: int) -> Untyped:
    parts = library("tokenizers")
    tokenizer = parts.Tokenizer(parts.models.Unigram())
    tokenizer.normalizer = parts.normalizers.NFKC()
    tokenizer.pre_tokenizer = parts.pre_tokenizers.Sequence(
        [
            parts.pre_tokenizers.Metaspace(replacement=MARK, prepend_scheme="always"),
            # As sentencepiece does: letters and marks never share a piece.
            parts.pre_tokenizers.Split(parts.Regex(r"[^\p{L}\p{N}▁]"), "isolated"),
        ]
    )
    tokenizer.decoder = parts.decoders.Metaspace(replacement=MARK, prepend_scheme="always")
    tokenizer.model = parts.models.Unigram(_pieces(tokenizer, texts, size), SPECIAL.index(UNKNOWN))
    tokenizer.add_special_tokens([*SPECIAL])
    tokenizer.post_processor = parts.processors.TemplateProcessing(
        single=f"$A {END}", special_tokens=[(END, tokenizer.token_to_id(END))]
    )
    return library("transformers").PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=PAD, eos_token=END, unk_token=UNKNOWN
    )
