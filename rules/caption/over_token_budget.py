"""CAP017 over-token-budget."""

from rules.caption.token_estimate import estimate_tokens
from rules.model import Dataset
from rules.needs import CAPTIONS
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation


@rule("CAP017", Severity.WARNING, needs=(CAPTIONS,))
def over_token_budget(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Captions with more tokens than the text encoder takes.

    What it does:
        Estimates the tokens of each caption from its words, digits and punctuation and compares
        them with the trainer's limit (`token_limit`). The encoder's own tokenizer is not asked,
        so read the number as good to a tenth.

    Why is this bad?
        The trainer cuts off what is over the limit, and says nothing. It is the end that goes,
        where the sentences stand.

    Example:
        A caption of 40 tags and a page of prose has about 600 tokens; the limit is 512. Shorten
        the prose.

    Source:
        The trainers' limits are in their profiles. The estimate was held against the byte pairs
        of Qwen, whose vocabulary Anima's encoder shares: on 500 random lists of the 5,000 most
        used Danbooru tags it is 3% low on average (17% low to 9% high), on English prose 1% low.
        Emoticons, escaped parentheses and rare names come out low.
    """
    limit = dataset.trainer.token_limit
    for picture, caption in dataset.captioned:
        # No character is estimated at more than one token, so a short caption needs no count.
        if len(caption.text) <= limit:
            continue
        tokens = estimate_tokens(caption.text)
        if tokens <= limit:
            continue
        yield Violation(
            message=f"about {tokens:,} tokens (an estimate), {dataset.trainer.id} takes {limit:,}",
            evidence={"tokens_estimated": tokens, "limit": limit},
            advice="shorten the caption; what is over the limit is cut off at the end",
            paths=(caption.path,),
            picture=picture.sha256,
        )
