"""What the transformer is told of a text: ids, rows, zeros, weights; and how it is kept."""

from pathlib import Path

import pytest
import torch
from support.miniature import ROWS, write_base

from train.anima import loading
from train.anima.conditioning import Tokenizers, encode, pad_rows
from train.anima.prompts import weighted_segments
from train.anima.velocity import velocity
from train.cache import TensorCache
from train.untyped import Untyped

CPU = torch.device("cpu")
F32 = torch.float32
LONG = "masterpiece, best quality, keichan, 1girl, she is standing with a blue ribbon"
SHORT = "keichan, smile"
# A number behind inner brackets counts for those, and each inner pair for itself.
FIVE = [("x ", 1.0), ("y ", 9.9), ("z", 6.0), (" w", 9.9), (" v", 1.0)]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def tokenizers(base: Path) -> Tokenizers:
    return Tokenizers(
        loading.load_tokenizer(str(base / "qwen")), loading.load_tokenizer(str(base / "t5"))
    )


@pytest.fixture(scope="module")
def text_side(base: Path) -> tuple[Untyped, Untyped]:
    qwen = loading.load_qwen(base / "text_encoder.safetensors", dtype=F32, device=CPU)
    file = base / "transformer.safetensors"
    return qwen, loading.load_adapter(file, dtype=F32, device=CPU, context_rows=ROWS)


def test_both_tokenizers_read_the_whole_text_and_t5_ends_it(tokenizers: Tokenizers) -> None:
    tokens = tokenizers.caption("keichan, (smile)")
    assert len(tokens.qwen) == 5
    assert (len(tokens.t5), tokens.t5[-1]) == (6, 1)
    assert set(tokens.weights) == {1.0}


def test_the_empty_text_is_a_pad_for_qwen_and_an_end_for_t5(tokenizers: Tokenizers) -> None:
    tokens = tokenizers.prompt("")
    assert (tokens.qwen, tokens.t5) == ((0,), (1,))


def test_marks_of_weights_leave_the_text_and_multiply_its_rows(
    tokenizers: Tokenizers, text_side: tuple[Untyped, Untyped]
) -> None:
    plain, strong = tokenizers.prompt("keichan, smile"), tokenizers.prompt("keichan, (smile:2)")
    assert (plain.qwen, plain.t5) == (strong.qwen, strong.t5)
    assert strong.weights == (1.0, 1.0, 2.0, 1.0)
    (one,), (two,) = (list(encode(*text_side, [tokens])) for tokens in (plain, strong))
    torch.testing.assert_close(two, one * torch.tensor(strong.weights)[:, None])


@pytest.mark.parametrize(
    ("prompt", "segments"),
    [
        ("a, b", [("a, b", 1.0)]),
        ("a (b) c", [("a ", 1.0), ("b", 1.1), (" c", 1.0)]),
        ("((a))", [("a", 1.1 * 1.1)]),
        ("(a (b:2) c:1.5)", [("a ", 1.5), ("b", 2.0), (" c", 1.5)]),
        (r"keichan \(series\)", [("keichan (series)", 1.0)]),
        ("((a):1.1)", [("a", 1.1 * 1.1)]),
        ("x (((y (z:6) w):9)) v", [*FIVE]),
        ("(:1.3)", [(":1.3", 1.1)]),
        ("(a", [("(a", 1.0)]),
        ("a) :)", [("a) :)", 1.0)]),
        ("", []),
    ],
)
def test_prompts_are_cut_by_their_weights(prompt: str, segments: list[tuple[str, float]]) -> None:
    found = weighted_segments(prompt)
    assert [segment.text for segment in found] == [text for text, _ in segments]
    weights = [weight for _, weight in segments]
    assert [segment.weight for segment in found] == pytest.approx(weights)


def test_a_text_in_a_batch_has_the_rows_that_it_has_alone(
    tokenizers: Tokenizers, text_side: tuple[Untyped, Untyped]
) -> None:
    texts = [tokenizers.caption(text) for text in (LONG, SHORT, "")]
    together = list(encode(*text_side, texts))
    for rows, text in zip(together, texts, strict=True):
        (alone,) = encode(*text_side, [text])
        assert rows.shape == (len(text.t5), 32)
        torch.testing.assert_close(rows, alone, atol=1e-6, rtol=1e-5)


def test_zero_rows_are_a_sink_worth_the_logarithm_of_their_number(base: Path) -> None:
    file = base / "transformer.safetensors"
    transformer = loading.load_transformer(file, dtype=F32, device=CPU)
    rows = torch.randn(30, 32, generator=torch.Generator().manual_seed(1))
    noisy = torch.randn(1, 16, 8, 8, generator=torch.Generator().manual_seed(2))
    sigma = torch.tensor([0.7])
    padded = velocity(transformer, noisy, sigma, pad_rows([rows], 512))
    one_zero = torch.cat([rows, torch.zeros(1, 32)])[None]
    bias = torch.zeros(1, 31)
    bias[0, 30] = torch.log(torch.tensor(512.0 - 30))
    biased = transformer(
        hidden_states=noisy[:, :, None],
        timestep=sigma,
        encoder_hidden_states=one_zero,
        attention_mask=bias,
        padding_mask=torch.zeros(1, 1, 8, 8),
        return_dict=False,
    )[0][:, :, 0]
    torch.testing.assert_close(padded, biased, atol=1e-5, rtol=1e-4)
    trimmed = velocity(transformer, noisy, sigma, rows[None])
    assert (padded - trimmed).abs().max() > 1e-3


def test_rows_over_the_floor_are_all_kept() -> None:
    padded = pad_rows([torch.ones(600, 2), torch.ones(3, 2)], 512)
    assert padded.shape == (2, 600, 2)
    assert padded[1].sum() == 6


def test_sigma_reaches_the_sinusoid_unrounded(base: Path) -> None:
    file = base / "transformer.safetensors"
    transformer = loading.load_transformer(file, dtype=torch.bfloat16, device=CPU)
    seen: list[torch.Tensor] = []
    transformer.time_embed.time_proj.register_forward_pre_hook(lambda _, given: seen.append(*given))
    sigma = torch.tensor([0.70123])
    velocity(transformer, torch.zeros(1, 16, 8, 8), sigma, torch.zeros(1, ROWS, 32))
    assert seen[0].dtype == F32
    assert torch.equal(seen[0], sigma)


def test_a_cache_makes_an_entry_once_and_again_when_it_is_damaged(tmp_path: Path) -> None:
    cache = TensorCache(tmp_path)
    wanted = [("ab01", 1), ("cd02", 2), ("ab01", 1)]

    def fill() -> int:
        before = cache.made
        cache.fill(wanted, lambda items: [torch.full((2,), i) for i in items], doing="x", batch=2)
        return cache.made - before

    assert fill() == 2
    assert fill() == 0
    read = cache.read("cd02")
    assert read is not None
    assert read.tolist() == [2, 2]
    entry = tmp_path / "cd" / "cd02.safetensors"
    whole = entry.read_bytes()
    flipped = bytearray(whole)
    flipped[-70] ^= 1
    for damaged in (flipped, whole[:40], b""):
        entry.write_bytes(damaged)
        assert fill() == 1
        assert entry.read_bytes() == whole
