"""TAG006 artist-without-at."""

from rules.fixing import each, replace_tokens, span_in_file
from rules.model import Dataset
from rules.needs import ARTIST_PREFIX, ARTISTS, CAPTIONS
from rules.quoting import quoted
from rules.registry import NoOptions, rule
from rules.terms import normal
from rules.violation import Said, Severity, Violation


@rule("TAG006", Severity.ERROR, needs=(CAPTIONS, ARTIST_PREFIX, ARTISTS))
def artist_without_at(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Artists named without the sign that the base expects before them.

    What it does:
        Looks for the artists of `caption.artists` in the tags and asks whether each bears the
        base's artist prefix, `@` for Anima. Artists that are not declared cannot be told from
        other tags.

    Why is this bad?
        The base learned styles under `@name`. Without the sign the name is an ordinary word:
        the style is not called up, so the LoRA learns it anew and binds it to the trigger.

    Example:
        With `caption: {artists: [foo bar]}`, `foo bar` becomes `@foo bar`.

    Source:
        The account that this linter grew from: the base's artist tags need `@`, in captions as
        in prompts.
    """
    prefix = dataset.base.captions.artist_prefix
    names = {normal(artist).removeprefix(prefix) for artist in dataset.spec.caption.artists}
    for picture, caption in dataset.captioned:
        if names.isdisjoint(caption.tags):
            continue
        bare = [t for t in caption.tokens if t.tag in names and t.slot in {"artist", "general"}]
        if not bare:
            continue
        fix = replace_tokens(caption, {t: prefix + t.text for t in bare}, safe=True)
        yield Violation(
            message=f"{quoted(t.text for t in bare)}: {dataset.base.title} writes artists with "
            f"`{prefix}`",
            evidence={"artists": [t.text for t in bare], "count": len(bare)},
            advice=f"write {quoted(prefix + t.text for t in bare)}",
            paths=(caption.path,),
            picture=picture.sha256,
            span=span_in_file(caption, bare[0]),
            fixes=each(fix),
        )
