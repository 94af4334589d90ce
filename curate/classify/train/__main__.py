"""From nothing to the embedded model: draw, learn, calibrate, write.

Every step leaves what it made, and goes on from there when it is started again.
"""

from pathlib import Path

import click

from curate.classify.naming import FOLDER
from curate.classify.train.recipe import RECIPE, load_recipe


@click.command()
@click.option("--recipe", "path", type=click.Path(path_type=Path), default=RECIPE)
@click.option("--work", type=click.Path(path_type=Path), required=True, help="Figures and state.")
@click.option("--out", type=click.Path(path_type=Path), default=FOLDER, help="What ships.")
@click.option("--workers", default=2, show_default=True, help="Processes that draw.")
@click.option("--threads", default=1, show_default=True, help="Threads that learn.")
@click.option("--device", default="cpu", show_default=True, help="cpu or cuda.")
def main(path: Path, work: Path, out: Path, workers: int, threads: int, device: str) -> None:  # noqa: PLR0913, PLR0917 - options
    """Make the embedded model after a recipe."""
    import torch  # noqa: PLC0415 - help needs none of it

    from curate.classify.train.drawn import draw_shards  # noqa: PLC0415
    from curate.classify.train.export import export  # noqa: PLC0415
    from curate.classify.train.loop import Trainer  # noqa: PLC0415

    # Another number of threads sums in another order, which gives other weights.
    torch.set_num_threads(threads)
    recipe = load_recipe(path)
    draw_shards(work / "figures", recipe.figures, workers)
    loaders = workers if device == "cuda" else 1
    trainer = Trainer(recipe, work, device=device, loaders=loaders)
    trainer.train(work / "figures")
    average = {name: tensor.cpu() for name, tensor in trainer.average.items()}
    heads = export(average, recipe.model, out, workers)
    for name, head in heads.card.heads.items():
        click.echo(f"{name}: temperature {head.temperature}, speaks from {head.threshold}")


if __name__ == "__main__":
    main()
