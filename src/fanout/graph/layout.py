"""Where the nodes of a drawn graph stand, and in which colour: rows from START down, branches in declared order."""

from __future__ import annotations

from fanout.graph.parts import END, START
from fanout.graph.plan import Plan
from fanout.timeline.layout import width as columns

HIGH, ROW, GAP, MARGIN, LANE = 34, 76, 26, 20, 22
Point = tuple[float, float]


def wide(label: str) -> float:
    """The width of a node."""
    label = {START: "START", END: "END"}.get(label, label)
    return max(44.0, columns(label) * 8.2 + 24)


class Layout:
    """`at`: the middle of each node. `colour`: 1 to 8 for what is on a branch, absent for what all branches share."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._paths = plan, plan.paths
        rank = self._row = dict(self._paths.rank)
        rank[END] = 1 + max(rank[node] for node in rank if node != END)
        self._rows: list[list[str]] = [[] for _ in range(max(rank.values()) + 1)]
        for node in self._paths.names:
            self._rows[rank[node]].append(node)
        before: dict[str, list[str]] = {node: [] for node in self._paths.names}
        for source, targets in self._paths.after.items():
            for target in targets:
                if (source, target) not in self._paths.back:
                    before[target].append(source)
        self._before = before
        self.at: dict[str, Point] = {}
        self._place()
        self.colour = self._colours()
        lanes = len(self._paths.back)
        right = max(x + wide(node) / 2 for node, (x, _) in self.at.items())
        self._right = right
        self.width = right + MARGIN + (lanes * LANE + 40 if lanes else 0)
        self.height = (len(self._rows) - 1) * ROW + HIGH + 2 * MARGIN

    def down(self, source: str, target: str) -> tuple[str, Point, Point]:
        """A curve from one node to another below it, where a word on it may stand, and its tip."""
        (x1, y1), (x2, y2) = self.at[source], self.at[target]
        y1, y2 = y1 + HIGH / 2, y2 - HIGH / 2 - 6
        bend = max(20.0, (y2 - y1) / 2)
        return (
            f"M{x1:g} {y1:g}C{x1:g} {y1 + bend:g} {x2:g} {y2 - bend:g} {x2:g} {y2:g}",
            ((x1 + 2 * x2) / 3, y2 - (y2 - y1) / 3 + 3),
            (x2, y2 + 6),
        )

    def back(self, source: str, target: str, lane: int) -> tuple[str, Point, Point, int]:
        """A line on the right of everything from one node up to another, where a word on it may stand, and its tip
        with the angle. It goes below and above the nodes that stand between."""
        (x1, y1), (x2, y2), edge = self.at[source], self.at[target], self._right + lane * LANE
        if self._last(source):
            x1, y1 = x1 + wide(source) / 2, y1 + (8 if source == target else 0)
            begin = f"M{x1:g} {y1:g}"
        else:
            x1, y1 = x1 + 12, y1 + HIGH / 2
            begin, y1 = f"M{x1:g} {y1:g}L{x1:g} {y1 + 10:g}", y1 + 10
        if self._last(target):
            tip, angle = (x2 + wide(target) / 2, y2), 180
            end = f"L{tip[0] + 6:g} {y2:g}"
        else:
            tip, angle = (x2 + 12, y2 - HIGH / 2), 90
            y2 = tip[1] - 14
            end = f"L{tip[0]:g} {y2:g}L{tip[0]:g} {tip[1] - 6:g}"
        path = (
            f"{begin}L{edge - 8:g} {y1:g}Q{edge:g} {y1:g} {edge:g} {y1 - 8:g}"
            f"L{edge:g} {y2 + 8:g}Q{edge:g} {y2:g} {edge - 8:g} {y2:g}{end}"
        )
        return path, (edge, (y1 + y2) / 2), tip, angle

    def _last(self, node: str) -> bool:
        return self._rows[self._row[node]][-1] == node

    def _place(self) -> None:
        """Rows in the order of what they come from; each row in the middle."""
        centre: dict[str, float] = {}
        spans = []
        for row in self._rows:
            row.sort(key=lambda node: (self._middle(node, centre), self._paths.bit[node]))
            span = sum(wide(node) for node in row) + GAP * (len(row) - 1)
            spans.append(span)
            x = -span / 2
            for node in row:
                centre[node] = x + wide(node) / 2
                x += wide(node) + GAP
        left = max(spans) / 2 + MARGIN
        for level, row in enumerate(self._rows):
            for node in row:
                self.at[node] = (centre[node] + left, MARGIN + HIGH / 2 + level * ROW)

    def _middle(self, node: str, centre: dict[str, float]) -> float:
        sources = [centre[source] for source in self._before[node]]
        return sum(sources) / len(sources) if sources else 0.0

    def _colours(self) -> dict[str, int]:
        """A branch has a colour from its fork on, as long as nothing else meets it."""
        colour: dict[str, int] = {}
        for node in sorted(self._paths.names, key=lambda node: self._paths.rank[node]):
            sources = self._before[node]
            if node == END or len(sources) != 1:
                continue
            forward = [
                target
                for target in self._paths.after[sources[0]]
                if (sources[0], target) not in self._paths.back
            ]
            if len(forward) > 1:
                colour[node] = forward.index(node) % 8 + 1
            elif sources[0] in colour:
                colour[node] = colour[sources[0]]
        return colour
