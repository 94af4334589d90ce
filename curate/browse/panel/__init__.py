"""A panel of the App: the map of pictures that look alike, painted by a label.

FiftyOne's own map opens on a list and forgets what was open; this one is there at once.
"""

from collections import defaultdict
from typing import Any

import fiftyone.operators as foo  # type: ignore[import-untyped]
from fiftyone.operators import types

from curate.browse.library import OURS
from curate.browse.look import HASHES
from curate.browse.views import MAP, VAGUE, ordered_axes, paint

SIZE = 9


class LookAlikeMap(foo.Panel):  # type: ignore[misc]
    """Embeddings or perceptual hashes on a plane; a click or a lasso shows the pictures."""

    @property
    def config(self) -> Any:
        """The name by which the workspace opens it."""
        return foo.PanelConfig(name="look_alike_map", label="Look-alikes", icon="scatter_plot")

    def on_load(self, ctx: Any) -> None:
        """Begin with the pose."""
        ctx.panel.state.axis = ctx.panel.state.axis or ordered_axes()[0]
        self._paint(ctx)

    def on_axis(self, ctx: Any) -> None:
        """Paint by another label."""
        ctx.panel.state.axis = ctx.params["value"]
        self._paint(ctx)

    def on_selected(self, ctx: Any) -> None:
        """Show what a lasso caught."""
        ids = [point["id"] for point in ctx.params.get("data", []) if point.get("id")]
        if ids:
            ctx.ops.set_view(ctx.dataset.select(ids))

    def on_click(self, ctx: Any) -> None:
        """Show one picture."""
        if ctx.params.get("id"):
            ctx.ops.set_view(ctx.dataset.select([ctx.params["id"]]))

    def render(self, ctx: Any) -> Any:
        """The choice of label, and the plot."""
        panel = types.Object()
        choices = types.DropdownView()
        for axis in ordered_axes():
            choices.add_choice(axis, label=axis)
        panel.enum(
            "axis",
            choices.values(),
            view=choices,
            label=f"{_basis(ctx)}, first two components; painted by",
            default=ctx.panel.state.axis,
            on_change=self.on_axis,
        )
        panel.plot(
            "plot",
            layout={
                "margin": {"l": 10, "r": 10, "t": 10, "b": 10},
                "height": 310,
                "xaxis": {"visible": False},
                "yaxis": {"visible": False},
                "showlegend": True,
                "legend": {"orientation": "h", "y": 1.12, "font": {"color": "#e5e7eb"}},
                "dragmode": "lasso",
            },
            on_click=self.on_click,
            on_selected=self.on_selected,
        )
        return types.Property(panel, view=types.GridView(align_x="center", orientation="vertical"))

    def _paint(self, ctx: Any) -> None:
        axis = ctx.panel.state.axis
        found = ctx.dataset.load_brain_results(MAP)
        ids, labels, paths = ctx.dataset.values(["id", f"{axis}.label", "path"])
        told = dict(zip(ids, zip(labels, paths, strict=True), strict=True))
        groups: dict[str, list[tuple[str, float, float, str]]] = defaultdict(list)
        for sample, (x, y) in zip(found.sample_ids, found.points, strict=True):
            label, path = told.get(sample, (None, ""))
            groups[label or VAGUE[0]].append((sample, float(x), float(y), path))
        ordered = sorted(groups, key=lambda label: (label in VAGUE, -len(groups[label])))
        colours = paint({label: len(points) for label, points in groups.items()})
        ctx.panel.data.plot = [
            {
                "type": "scattergl" if len(ids) > 2000 else "scatter",  # noqa: PLR2004 - drawn by the GPU
                "mode": "markers",
                "name": f"{label} ({len(groups[label])})",
                "ids": [sample for sample, _, _, _ in groups[label]],
                "x": [x for _, x, _, _ in groups[label]],
                "y": [y for _, _, y, _ in groups[label]],
                "text": [path for _, _, _, path in groups[label]],
                "marker": {
                    "size": SIZE,
                    "opacity": 0.8,
                    "color": colours[label],
                },
            }
            for label in ordered
        ]


def _basis(ctx: Any) -> str:
    """What the map was drawn from."""
    return str(ctx.dataset.info.get(OURS, {}).get("map_of", HASHES))


def register(plugin: Any) -> None:
    """Called by FiftyOne."""
    plugin.register(LookAlikeMap)
