"""Frozen blocks that wait in the computer's memory, and come to the device while they are used.

A block's weights come before its forward pass and go behind it. The way back needs them again:
with checkpointing a block is computed anew there, so the same two hooks bring them, and what
autograd keeps of that pass holds them until the block's gradients are done.
"""

from collections.abc import Callable, Sequence

import torch

from train.untyped import Untyped

Hook = Callable[..., None]
Weights = dict[str, torch.Tensor]


class BlockSwap:
    """Keeps the weights of some blocks away from the device.

    Attributes:
        here: which blocks are on the device now, by their place.
    """

    def __init__(self, blocks: Sequence[Untyped], device: torch.device) -> None:
        """Take the blocks' frozen weights away; what is trained stays on the device.

        Args:
            blocks: in the order of their use, their weights in the computer's memory.
            device: where they are computed.
        """
        self._blocks, self._device = blocks, device
        self._away = [self._weights(block) for block in blocks]
        self._coming: dict[int, tuple[Weights, torch.cuda.Event]] = {}
        self._stream: torch.cuda.Stream | None = None
        if device.type == "cuda":
            self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        self._last = -1
        self.here: set[int] = set()
        for place, block in enumerate(blocks):
            block.register_forward_pre_hook(self._before(place))
            # Also where checkpointing ends a pass amid the block, having all that it wants.
            block.register_forward_hook(self._behind(place), always_call=True)

    def _weights(self, block: Untyped) -> Weights:
        """The frozen weights, in memory that a GPU can copy from while it computes."""
        found = {name: p.data for name, p in block.named_parameters() if not p.requires_grad}
        if self._device.type == "cuda":
            found = {name: weight.pin_memory() for name, weight in found.items()}
            _put(block, found)
        return found

    def _before(self, place: int) -> Hook:
        def bring(*_: object) -> None:
            _put(self._blocks[place], self._taken(place))
            self.here.add(place)
            # Onwards on the way there, and back on the way back.
            after = place + (1 if place >= self._last else -1)
            self._last = place
            if self._stream is not None and 0 <= after < len(self._blocks):
                self._fetch(after)

        return bring

    def _behind(self, place: int) -> Hook:
        def leave(*_: object) -> None:
            _put(self._blocks[place], self._away[place])
            self.here.discard(place)

        return leave

    def _taken(self, place: int) -> Weights:
        """The weights on the device, once they are there."""
        if self._stream is None:
            return {name: weight.clone() for name, weight in self._away[place].items()}
        if place not in self._coming:
            self._fetch(place)
        weights, arrived = self._coming.pop(place)
        current = torch.cuda.current_stream(self._device)
        current.wait_event(arrived)
        for weight in weights.values():
            weight.record_stream(current)
        # What was fetched for the other direction is not held on to.
        self._coming.clear()
        return weights

    def _fetch(self, place: int) -> None:
        """Begin to copy, beside what is computed."""
        if self._stream is None or place in self._coming:
            return
        with torch.cuda.stream(self._stream):
            weights = {
                name: weight.to(self._device, non_blocking=True)
                for name, weight in self._away[place].items()
            }
            self._coming[place] = weights, self._stream.record_event()


def swap_blocks(model: Untyped, number: int, device: torch.device) -> BlockSwap:
    """Bring a network to the device, all but the frozen weights of its first blocks.

    Args:
        model: in the computer's memory, with its LoRA.
        number: of blocks that stay there; one at least goes to the device.
        device: where it computes.
    """
    blocks = list(model.transformer_blocks)
    number = min(number, len(blocks) - 1)
    for child in model.children():
        if child is not model.transformer_blocks:
            child.to(device)
    for block in blocks[number:]:
        block.to(device)
    for block in blocks[:number]:
        for parameter in block.parameters():
            if parameter.requires_grad:
                parameter.data = parameter.data.to(device)
    return BlockSwap(blocks[:number], device)


def _put(block: Untyped, weights: Weights) -> None:
    for name, parameter in block.named_parameters():
        if name in weights:
            parameter.data = weights[name]
