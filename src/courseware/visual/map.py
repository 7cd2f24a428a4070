"""The course as one picture: documents, what they build on, and the paths through them.

Drawn twice, wide in layers and tall along a rail; the page shows the one that fits. Under it the same as a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from courseware.curriculum import Document
from courseware.visual.graph import Edge, lanes, layers, order, rows
from courseware.visual.scene import Scene
from courseware.visual.svg import text, wrap

SIZE = 13.0  # of the titles
NODE, COLUMN, HEIGHT, ROW = 166, 196, 66, 84  # wide picture: width and pitch of a node, its height and pitch
RAIL, LANE, TALL, PITCH = (
    46,
    13,
    340,
    66,
)  # tall picture: x of the dots, pitch of lanes, width, pitch of nodes
MARGIN = 6


class Map:
    """The graph and how a node of it looks."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.documents = scene, scene.course.documents
        self.nodes: list[str] = [document.id for document in self.documents]
        self.kinds: dict[Edge, str] = {}
        for document in self.documents:
            self.kinds |= {(before, document.id): "recommends" for before in document.recommends}
            self.kinds |= {(before, document.id): "requires" for before in document.requires}
        self.edges = list(self.kinds)
        self.stages: dict[str, int] = {
            id: number for number, one in enumerate(scene.course.stages, 1) for id in one.documents
        }

    def wide(self) -> str:
        """In layers from left to right."""
        column, row = layers(self.nodes, self.edges), rows(self.nodes, self.edges)
        x = {id: MARGIN + COLUMN * column[id] for id in self.nodes}
        y = {id: MARGIN + ROW * row[id] for id in self.nodes}

        def line(source: str, target: str) -> str:
            x1, y1 = x[source] + NODE, y[source] + HEIGHT / 2
            x2, y2 = x[target] - 7, y[target] + HEIGHT / 2
            bend = (COLUMN - NODE) * 0.9
            return f"M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2:g} {y2:g}"

        size = (
            COLUMN * max(column.values()) + NODE + 2 * MARGIN,
            ROW * max(row.values()) + HEIGHT + 2 * MARGIN,
        )
        edges = (self._edge(edge, line(*edge), (x[edge[1]], y[edge[1]] + HEIGHT / 2)) for edge in self.edges)
        nodes = (self._node(document, x[document.id], y[document.id], NODE) for document in self.documents)
        return self._svg("wide", size, [*edges, *nodes])

    def tall(self) -> str:
        """One under another, with the edges along a rail at the left, as version control draws its history."""
        places = order(self.nodes, self.edges)
        lane = lanes(places, self.edges)
        y = {id: MARGIN + PITCH * place + (PITCH - 8) / 2 for place, id in enumerate(places)}

        def line(source: str, target: str) -> str:
            y1, y2 = y[source], y[target]
            if places.index(target) == places.index(source) + 1:
                return f"M{RAIL} {y1:g}V{y2 - 9:g}"
            rail, turn = RAIL - LANE * lane[source], PITCH / 2
            return (
                f"M{RAIL} {y1:g}C{rail:g} {y1:g} {rail:g} {y1 + 8:g} {rail:g} {y1 + turn:g}"
                f"V{y2 - turn:g}C{rail:g} {y2 - 8:g} {rail:g} {y2:g} {RAIL - 9} {y2:g}"
            )

        edges = (self._edge(edge, line(*edge), None) for edge in self.edges)
        dots = (
            f'<circle class="map__dot stage-{self.stages[id]}" cx="{RAIL}" cy="{y[id]:g}" r="6" />'
            for id in places
        )
        left = RAIL + 16
        nodes = (
            self._node(
                self.scene.course.document(id), left, y[id] - (PITCH - 8) / 2, TALL - left - MARGIN, PITCH - 8
            )
            for id in places
        )
        return self._svg("tall", (TALL, PITCH * len(places) + MARGIN), [*edges, *dots, *nodes])

    def _svg(self, name: str, size: tuple[float, float], content: list[str]) -> str:
        label = escape(self.scene.t("map.picture"))
        box = f'viewBox="0 0 {size[0]:g} {size[1]:g}" width="{size[0]:g}" height="{size[1]:g}"'
        return (
            f'<svg class="map__{name}" {box} role="group" aria-label="{label}">\n'
            + "\n".join(content)
            + "\n</svg>"
        )

    def _edge(self, edge: Edge, line: str, tip: tuple[float, float] | None) -> str:
        head = f'<path class="map__tip" d="M{tip[0] - 1:g} {tip[1]:g}l-7 -4v8z" />' if tip else ""
        return (
            f'<g class="map__edge map__edge--{self.kinds[edge]}" data-from="{edge[0]}" data-to="{edge[1]}">'
            f'<path d="{line}" />{head}</g>'
        )

    def _node(self, document: Document, x: float, y: float, w: float, h: float = HEIGHT) -> str:
        scene, id = self.scene, document.id
        lines = wrap(document.title.get(scene.lang), w - 22, SIZE)
        address = scene.document(document)
        said = scene.minutes(document.minutes) if address else scene.t("pages.in-preparation")
        base = y + h / 2 + (8 if len(lines) < 2 else 0)
        body = (
            f'<rect class="map__card" x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="9" />'
            f'<path class="map__stage stage-{self.stages[id]}" d="M{x + 1.5:g} {y + 9:g}v{h - 18:g}" />'
            f'<text class="map__id" x="{x + 13:g}" y="{y + 19:g}">{id.replace("_", ".")}</text>'
            f'<text class="map__minutes" x="{x + w - 10:g}" y="{y + 19:g}" text-anchor="end">{escape(said)}</text>'
            f"{text(lines, x + 13, base + 6, 15.5, 'map__title')}"
            f'<g class="map__order" hidden><circle cx="{x + w - 4:g}" cy="{y + 4:g}" r="10" />'
            f'<text x="{x + w - 4:g}" y="{y + 8.5:g}" text-anchor="middle"></text></g>'
        )
        if address is None:
            return f'<g class="map__node map__node--unwritten" data-document="{id}">{body}</g>'
        return f'<a class="map__node" href="{address}" data-document="{id}">{body}</a>'


def course_map(scene: Scene) -> str:
    """Choice of a path, legend, both pictures and the table."""
    drawn = Map(scene)
    return f"""<div class="course-map">
<p class="map__paths"><span>{scene.t("map.highlight")}</span> {" ".join(_chips(scene))}</p>
<div class="map__pictures">
{drawn.wide()}
{drawn.tall()}
</div>
<ul class="map__legend">
{"".join(_lines(scene))}
{"".join(_stages(scene))}
</ul>
<details class="map__text"><summary>{scene.t("map.text")}</summary>
{_table(scene)}
</details>
</div>"""


def _chips(scene: Scene) -> Iterator[str]:
    """Links to the paths' own descriptions; the page's script makes them show the path in the picture instead."""
    for path in scene.course.paths:
        said = (
            f"{escape(path.title.get(scene.lang))} <span>{scene.minutes(path.minutes(scene.course))}</span>"
        )
        yield f'<a class="chip" href="{scene.path(path.id)}" data-documents="{" ".join(path.documents)}">{said}</a>'


def _lines(scene: Scene) -> Iterator[str]:
    for kind, words in (("requires", scene.t("map.requires")), ("recommends", scene.t("map.recommends"))):
        drawn = f'<g class="map__edge map__edge--{kind}"><path d="M2 5h30" /></g>'
        yield f'<li><svg width="34" height="10" aria-hidden="true">{drawn}</svg> {words}</li>'


def _stages(scene: Scene) -> Iterator[str]:
    for number, stage in enumerate(scene.course.stages, 1):
        title = escape(stage.title.get(scene.lang))
        yield f'<li><span class="map__swatch stage-{number}"></span> <a href="{scene.stage(stage.id)}">{title}</a></li>'


def _table(scene: Scene) -> str:
    t, course = scene.t, scene.course
    heads = ("pages.document", "pages.stage", "pages.reading", "pages.requires", "pages.recommends")
    head = "".join(f'<th scope="col">{t(key)}</th>' for key in heads)

    def named(ids: Sequence[str]) -> str:
        return (
            escape(t("pages.separator").join(course.document(id).title.get(scene.lang) for id in ids)) or "–"
        )

    body = []
    for document in course.reading_order:
        title, address = escape(document.title.get(scene.lang)), scene.document(document)
        cells = (
            f'<a href="{address}">{title}</a>' if address else f"{title} ({t('pages.in-preparation')})",
            escape(course.stage_of(document.id).title.get(scene.lang)),
            scene.minutes(document.minutes) or "–",
            named(document.requires),
            named(document.recommends),
        )
        body.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
    return f'<div class="table" tabindex="0" role="group" aria-label="{t("map.text")}">{table}</div>'
