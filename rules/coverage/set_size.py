"""COV015 set-size."""

from rules.model import Dataset
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation


@record
class Options:
    """How many pictures are usual."""

    min_pictures: int = option(15, "least number of pictures that are trained")
    max_pictures: int = option(150, "largest number of pictures that are trained")


@rule("COV015", Severity.INFO)
def set_size(dataset: Dataset, options: Options) -> Said:
    """Fewer or more pictures than a character usually takes.

    What it does:
        Counts the pictures that the trainer uses, each once, whatever its repeats.

    Why is this bad?
        With few pictures each one's accidents (a background, a hand) are a large share of all
        that is learned. With very many, nobody has looked at each, and one bad habit of their
        source is taught hundreds of times.

    Example:
        14 pictures: add the views and framings that the coverage rules miss. 400 pictures:
        keep the best of each kind.

    Source:
        Rules of thumb of people who train characters; 24 to 91 pictures were used in the
        accounts that this linter grew from. Quality and variety count for more.
    """
    number = len(dataset.fed)
    if options.min_pictures <= number <= options.max_pictures:
        return
    yield Violation(
        message=f"{counted(number, 'picture')} to train; {options.min_pictures} to "
        f"{options.max_pictures} are usual for one character",
        evidence={
            "pictures": number,
            "min_pictures": options.min_pictures,
            "max_pictures": options.max_pictures,
        },
        advice=_advice(dataset, options),
        paths=tuple(picture.path for picture in dataset.fed),
    )


def _advice(dataset: Dataset, options: Options) -> str:
    if dataset.pictures and not dataset.fed:
        return "first mend what keeps the trainer from using the pictures; other findings name it"
    if len(dataset.fed) < options.min_pictures:
        return (
            "add views, framings and outfits that are missing; copies and crops of the same "
            "pictures add nothing"
        )
    return "keep the best of each view, framing and outfit; take out what the base draws by itself"
