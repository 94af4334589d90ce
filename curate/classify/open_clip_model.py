"""Any open_clip model as a classifier: by prompts, or by heads that were fitted to it."""

from collections.abc import Sequence
from pathlib import Path

from curate.classify.blas import one_blas_thread
from curate.classify.classifier import Embeddings, Looks, unit
from curate.classify.clip import ClipModel
from curate.classify.heads import Heads
from curate.classify.heads_file import read_heads
from curate.classify.naming import digest, file_sha256, own_heads
from curate.classify.open_clip_source import Source, find_source, load_model
from curate.classify.prepare import Prepare, Square
from curate.classify.prompts import FILE, ZeroShot, load_prompts
from curate.errors import UserError

KIND = "open_clip"


class OpenClip:
    """A model of open_clip under its prompts or its heads."""

    def __init__(self, source: Source, heads: Path | None = None) -> None:
        """Load it.

        Raises:
            UserError: the weights or the heads do not fit.
            RecordError: the file of heads is torn.
        """
        model, tokenizer = load_model(source)
        self.clip = ClipModel(model, tokenizer, mean=source.mean, std=source.std)
        self.backbone = file_sha256(source.weights)
        self.family = f"{KIND}:{source.called}"
        self.prepare = Prepare(side=self.clip.side)
        self._heads: Heads | None = None
        content = FILE.read_bytes()
        if heads is not None:
            self._heads = read_heads(heads)
            content = heads.read_bytes()
            if self._heads.card.backbone != self.backbone:
                raise UserError(
                    f"{heads}: were fitted to other weights of {source.called}; `curate calibrate` "
                    "fits them anew, or delete the file"
                )
        else:
            self._zero_shot = ZeroShot(load_prompts(), self.clip.encode_texts, self.clip.scale)
        pixels = repr((source.mean, source.std)).encode()
        self.id = f"{self.family}:{digest(self.backbone.encode(), pixels, content)}"

    def features(self, squares: Sequence[Square]) -> Embeddings:
        """What heads read of prepared pictures."""
        return self.clip.encode_pictures(squares)

    def classify(self, squares: list[Square]) -> Looks:
        """What is seen in prepared pictures."""
        embeddings_nd = self.features(squares)
        unit_nd = unit(embeddings_nd)
        with one_blas_thread():
            if self._heads is not None:
                seen = self._heads.see(embeddings_nd, self.id)
            else:
                seen = self._zero_shot.see(unit_nd, self.id)
        return Looks(seen=seen, embeddings=unit_nd)


def load_open_clip(named: str, folder: Path) -> OpenClip:
    """The model that `--clip-model` names, with heads where they were fitted.

    Args:
        named: NAME, NAME:PRETRAINED, NAME:FILE or a folder.
        folder: where facts are kept; `curate calibrate` puts heads there.

    Raises:
        UserError: there is none, or it does not load.
        RecordError: the heads are torn.
    """
    source = find_source(named)
    return OpenClip(source, own_heads(folder, f"{KIND}:{source.called}"))
