"""CAP019 length-outlier."""

from statistics import median

from rules.caption.token_estimate import estimate_tokens
from rules.model import Dataset
from rules.needs import CAPTIONS
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.violation import Abstention, Said, Severity, Violation

# The standard deviation of a normal distribution per median absolute deviation, inverted.
NORMAL = 0.6745


@record
class Options:
    """When a caption is unlike the others in length."""

    max_z: float = option(3.5, "greatest distance from the median, in robust standard deviations")
    min_deviation: int = option(
        2, "median absolute deviation that is taken at least, in estimated tokens"
    )
    min_difference: float = option(0.4, "least distance from the median, as a share of the median")
    min_captions: int = option(10, "captions under which nothing is said")


@rule("CAP019", Severity.INFO, needs=(CAPTIONS,))
def length_outlier(dataset: Dataset, options: Options) -> Said:
    """Captions much longer or shorter than the others.

    What it does:
        Estimates the tokens of each caption and measures how far they lie from the median of the
        set, in units of the median absolute deviation. Over `max_z` is an info, if it is
        `min_difference` of the median as well: in a large or even set somebody is always the
        longest. Where half the captions are equally long, `min_deviation` keeps one tag more
        from being an outlier.

    Why is this bad?
        It need not be. Such a caption is often the one that was cut off, pasted twice or never
        finished, and looking at it takes a second.

    Example:
        The median is 80 tokens, one caption has 9: the tagger's threshold was wrong that day.

    Source:
        The modified z-score and its limit of 3.5 are those of Iglewicz and Hoaglin (1993), made
        for values near a normal distribution. The least deviation, difference and number are
        choices: of 2,000 captions of 8 to 15 tags and two sentences, the limit alone finds one
        or two in which nothing is wrong.
    """
    # One without any words is another rule's finding.
    captions = [(picture, c) for picture, c in dataset.captioned if c.tokens]
    total = len(captions)
    if total < options.min_captions:
        reason = f"fewer than {options.min_captions} captions"
        yield Abstention(reason=reason, count=total, total=len(dataset.captioned))
        return
    lengths = [estimate_tokens(caption.text) for _, caption in captions]
    middle = median(lengths)
    deviation = max(median(abs(length - middle) for length in lengths), options.min_deviation)
    deviation = deviation or 1  # where both are nothing
    for (picture, caption), length in zip(captions, lengths, strict=True):
        z = NORMAL * (length - middle) / deviation
        if abs(z) <= options.max_z or abs(length - middle) < options.min_difference * middle:
            continue
        yield Violation(
            message=f"about {counted(length, 'token')} (an estimate), where the median is "
            f"{middle:g}",
            evidence={"tokens_estimated": length, "median": middle, "z": round(z, 2)},
            advice="see whether it was cut off, pasted twice or left unfinished",
            paths=(caption.path,),
            picture=picture.sha256,
        )
