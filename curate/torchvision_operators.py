"""Let torchvision load beside a torch of another build; imported before whatever imports it.

The registry's torchvision is built against CUDA. Beside a torch for CPUs its operators do not
load, and the import dies on the missing `torchvision::nms`. Two schemas let it live: transforms
and models then work, `torchvision.ops.nms` and `torchvision.io` do not.
"""

import torch

# The operators vanish with the library that defines them.
_kept: list[torch.library.Library] = []


def define_missing_operators() -> None:
    """Define what torchvision asks for while it loads, where its own library does not."""
    if _kept or torch.version.cuda is not None or _torchvision_brings_them():
        return
    library = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")  # type: ignore[no-untyped-call]
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")  # type: ignore[no-untyped-call]
    _kept.append(library)


def _torchvision_brings_them() -> bool:
    """Whether its compiled library loads; asked of the loader, for importing it is the danger."""
    import importlib.util  # noqa: PLC0415 - only before the first import
    from pathlib import Path  # noqa: PLC0415 - the same

    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None:
        return True
    for path in Path(spec.origin).parent.glob("_C*.so"):
        try:
            torch.ops.load_library(path)  # type: ignore[no-untyped-call]
        except OSError:
            return False
    return hasattr(torch.ops.torchvision, "nms")


define_missing_operators()
