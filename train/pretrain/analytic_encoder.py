"""An encoder that needs no training: the main directions of 8x8 patches, written into the class.

Trained from nothing in minutes, the class's encoder loses flat colours: it divides every pixel by
its own length. A linear map of patches keeps them, and the class can compute one exactly: its
residual branches are switched off, its strided convolutions gather patches, and its last norm is
kept from acting by one large constant channel; silu(z) - silu(-z) = z then takes out the one
non-linearity that is left.

Letters in names of tensors: N patches, P numbers of a patch (3*8*8), K latent channels, S numbers
of a patch of 4x4 (3*4*4), F features that are kept of one.
"""

from typing import NamedTuple

import torch

from train.untyped import Untyped

SIDE = 8
HALF = 4
COLOURS = 3
# The constant channel against which latents are nothing; whole in half precision.
CONSTANT = 4096.0
# Of the posterior: samples are its mode.
LOG_VARIANCE = -30.0


class PatchMap(NamedTuple):
    """Latents of a patch: `weight_KP` times what it has more than `mean_P`."""

    weight_KP: torch.Tensor
    mean_P: torch.Tensor


def patches_of(pixels_BCHW: torch.Tensor) -> torch.Tensor:
    """All patches of pictures whose sides are multiples of eight: B×P×(H/8·W/8)."""
    return torch.nn.functional.unfold(pixels_BCHW, SIDE, stride=SIDE)


def fit_patches(patches_NP: torch.Tensor, channels: int, whitening: float) -> PatchMap:
    """The directions in which patches differ most, as latents with a mean variance of 1.

    Args:
        patches_NP: in [-1, 1].
        channels: how many directions are kept.
        whitening: 0 leaves them their spread in pixels, 1 makes it alike.
    """
    patches_NP = patches_NP.to(torch.float64)
    mean_P = patches_NP.mean(0)
    centred_NP = patches_NP - mean_P
    values, vectors = torch.linalg.eigh(centred_NP.T @ centred_NP / len(centred_NP))
    spread_K = values.flip(0)[:channels].clamp_min(1e-12)
    main_KP = vectors.flip(1)[:, :channels].T
    # A direction and its opposite are alike; the first large entry is made positive.
    largest = main_KP.abs().argmax(1, keepdim=True)
    main_KP = main_KP * main_KP.gather(1, largest).sign()
    scaled_K = spread_K ** (-whitening / 2)
    scaled_K = scaled_K / (spread_K * scaled_K**2).mean().sqrt()
    return PatchMap((scaled_K[:, None] * main_KP).float(), mean_P.float())


def latents_of(pixels_BCHW: torch.Tensor, patches: PatchMap) -> torch.Tensor:
    """What the encoder makes of pixels in [-1, 1], by one product: B×K×H/8×W/8."""
    height, width = (side // SIDE for side in pixels_BCHW.shape[-2:])
    bias_K = -(patches.weight_KP @ patches.mean_P)
    latents = torch.einsum("kp,bpn->bkn", patches.weight_KP, patches_of(pixels_BCHW))
    return (latents + bias_K[:, None]).reshape(*latents.shape[:2], height, width)


def write_encoder(vae: Untyped, patches: PatchMap) -> None:
    """Make the VAE's encoder compute `patches`, normalised as the application expects latents.

    The application takes the published mean and spread off; `quant_conv` puts them on, and
    `post_quant_conv` takes them off before the decoder.

    Args:
        vae: of the class's own depth, at least 16 wide, in fp32.
        patches: what it shall compute.

    Raises:
        ValueError: it is too narrow.
    """
    encoder = vae.encoder
    channels = len(patches.weight_KP)
    width = encoder.conv_in.out_channels
    if width < COLOURS * 4 or 2 * channels + 1 > encoder.conv_out.in_channels:
        raise ValueError(f"an encoder {width} wide cannot hold {channels} channels")
    with torch.no_grad():
        for parameter in encoder.parameters():
            parameter.zero_()
        _identity(encoder.conv_in, COLOURS)
        pairs, halves, whole = (block for block in encoder.down_blocks if hasattr(block, "mode"))
        for block in encoder.down_blocks:
            if hasattr(block, "conv_shortcut"):
                _pass_on(block)
        features = min(COLOURS * HALF**2, halves.dim)
        kept_FS, mixed_KQF = _through_halves(patches.weight_KP, features)
        _gather_pairs(pairs.resample[1])
        _gather_halves(halves.resample[1], kept_FS)
        _gather_whole(whole.resample[1], mixed_KQF, -(patches.weight_KP @ patches.mean_P))
        _open_head(encoder, channels)
        _normalise(vae, channels)


def _identity(conv: Untyped, channels: int) -> None:
    """Hand the first channels on: the middle of the kernel, in its last frame."""
    middle = [side // 2 for side in conv.weight.shape[-2:]]
    for channel in range(channels):
        conv.weight[channel, channel, -1, middle[0], middle[1]] = 1.0


def _pass_on(block: Untyped) -> None:
    """A residual block whose branch is off, and whose shortcut changes the width alone."""
    if hasattr(block.conv_shortcut, "weight"):
        _identity(block.conv_shortcut, block.in_dim)


def _gather_pairs(conv: Untyped) -> None:
    """2x2 pixels of 3 colours -> 12 channels."""
    for colour in range(COLOURS):
        for y in range(2):
            for x in range(2):
                conv.weight[colour * 4 + y * 2 + x, colour, y, x] = 1.0


def _gather_halves(conv: Untyped, kept_FS: torch.Tensor) -> None:
    """2x2 places of those 12 channels are 4x4 pixels: the features that are kept of them."""
    kept = kept_FS.view(-1, COLOURS, HALF, HALF)
    for colour in range(COLOURS):
        for y in range(HALF):
            for x in range(HALF):
                channel = colour * 4 + (y % 2) * 2 + x % 2
                conv.weight[: len(kept), channel, y // 2, x // 2] = kept[:, colour, y, x]


def _gather_whole(conv: Untyped, mixed_KQF: torch.Tensor, bias_K: torch.Tensor) -> None:
    """2x2 places of those features are a patch: its latents, their opposites, and the constant."""
    channels, _, features = mixed_KQF.shape
    for sign, start in ((1.0, 0), (-1.0, channels)):
        for quarter in range(4):
            place = (slice(start, start + channels), slice(0, features), *divmod(quarter, 2))
            conv.weight[place] = sign * mixed_KQF[:, quarter]
        conv.bias[start : start + channels] = sign * bias_K
    conv.bias[2 * channels] = CONSTANT


def _through_halves(weight_KP: torch.Tensor, features: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Split a map of patches into one of their quarters and one of what that keeps.

    The class is too narrow for all 48 numbers of a quarter; main directions of patches are smooth,
    so they live in fewer.

    Returns:
        F×S, and K×4×F.
    """
    channels = len(weight_KP)
    whole = weight_KP.view(channels, COLOURS, 2, HALF, 2, HALF)
    quarters_KQS = whole.permute(0, 2, 4, 1, 3, 5).reshape(channels, 4, -1)
    _, _, directions = torch.linalg.svd(quarters_KQS.flatten(0, 1).double(), full_matrices=False)
    kept_FS = directions[:features].float()
    return kept_FS, quarters_KQS @ kept_FS.T


def _open_head(encoder: Untyped, channels: int) -> None:
    """Norm and silu, made to hand latents on: the constant is all the length that counts."""
    norm, conv = encoder.norm_out, encoder.conv_out
    norm.gamma[: 2 * channels] = CONSTANT / norm.scale
    for channel in range(channels):
        conv.weight[channel, channel, -1, 1, 1] = 1.0
        conv.weight[channel, channels + channel, -1, 1, 1] = -1.0


def _normalise(vae: Untyped, channels: int) -> None:
    mean_K = torch.tensor(vae.config.latents_mean)
    std_K = torch.tensor(vae.config.latents_std)
    for conv in (vae.quant_conv, vae.post_quant_conv):
        conv.weight.zero_()
        conv.bias.zero_()
    for channel in range(channels):
        vae.quant_conv.weight[channel, channel] = std_K[channel]
        vae.post_quant_conv.weight[channel, channel] = 1 / std_K[channel]
    vae.quant_conv.bias[:channels] = mean_K
    vae.quant_conv.bias[channels:] = LOG_VARIANCE
    vae.post_quant_conv.bias[:] = -mean_K / std_K
