"""The head of the home page: what this is in one sentence, where to start, and a recorded run to look at.

The picture is a plain SVG whose horizontal positions are percentages, so that its letters keep their size on a phone.
The page's script replays it; without script it shows the finished run.
"""

from __future__ import annotations

from html import escape

from courseware.visual.run import Call, Recorded, in_a_row, recorded, side_by_side
from courseware.visual.scene import Scene

START = "01"
LANE = 32  # one call with its label, in pixels
HEAD = 31  # the line above the lanes
BAR = 11
GAP = 12
AXIS = 22


def hero(scene: Scene) -> str:
    """Title, sentence, ways in, replay."""
    t, course, lang = scene.t, scene.course, scene.lang
    start = course.document(START)
    first = scene.document(start)
    action = t("home.start", minutes=start.minutes)
    button = f'<a class="button button--primary" href="{first}">{escape(action)}</a>' if first else ""
    title = course.title.get(lang)
    return f"""<div class="hero">
<div class="hero__words">
<h1 class="hero__title">{escape(title)}</h1>
<p class="hero__sentence">{escape(course.sentence.get(lang))}</p>
<p class="hero__ways">{button} <a class="button" href="{scene.url("map.md")}">{t("home.map")}</a></p>
</div>
<div class="hero__picture">{replay(scene)}</div>
</div>"""


def replay(scene: Scene) -> str:
    """The two runs as a picture, with their table and their code."""
    row, beside = recorded(in_a_row), recorded(side_by_side)
    versions = scene.t("home.recorded", version=beside.versions["langchain-core"])
    return f"""<fan-out-replay>
<figure class="replay">
{picture(scene)}
<figcaption><strong>{scene.t("home.point")}</strong> <span>{versions}</span></figcaption>
</figure>
<details class="replay__more"><summary>{scene.t("home.details")}</summary>
<p>{scene.t("home.clock", waits=_waits(scene, beside))}</p>
{_table(scene, row, beside)}
<pre><code>{escape(row.source)}

{escape(beside.source.rstrip())}</code></pre>
</details>
</fan-out-replay>"""


def picture(scene: Scene) -> str:
    """Both runs on one scale."""
    row, beside = recorded(in_a_row), recorded(side_by_side)
    total = max(row.seconds, beside.seconds)
    first = HEAD + LANE
    second = first + GAP + HEAD + LANE * len(beside.calls)
    height = second + AXIS
    described = scene.t("home.picture", row=f"{row.seconds:.1f}", beside=f"{beside.seconds:.1f}")
    named = f'role="img" aria-label="{escape(described)}"'
    return f"""<svg class="replay__picture" width="100%" height="{height}" {named} data-total="{total}">
{_axis(total, height)}
{_run(scene.t("home.in-a-row"), row, 0, total, lanes=1)}
{_run(scene.t("home.side-by-side"), beside, first + GAP, total, lanes=len(beside.calls))}
<line class="replay__head" x1="100%" x2="100%" y1="0" y2="{second}" />
</svg>"""


def _run(title: str, run: Recorded, top: int, total: float, lanes: int) -> str:
    """One run: its name, its total, one lane for each call (or one lane for all of them)."""
    end = _percent(run.seconds, total)
    bottom = top + HEAD + LANE * lanes
    calls = "\n".join(
        _call(number, call, run, top + HEAD + (LANE * (number - 1) if lanes > 1 else 0), total)
        for number, call in enumerate(run.calls, 1)
    )
    # A total at the right edge is set before the line that ends the run, otherwise after it.
    last = run.seconds == total
    placed = f'x="{end}" text-anchor="end"' if last else f'x="{end}" dx="10"'
    join = top + HEAD if last else top + 6
    return f"""<g class="replay__run" data-end="{run.seconds}">
<text class="replay__name" y="{top + 20}">{escape(title)}</text>
<text class="replay__sum" {placed} y="{top + 21}" data-sum>{run.seconds:.1f} s</text>
<line class="replay__fork" x1="0" x2="0" y1="{top + HEAD}" y2="{bottom}" />
<line class="replay__join" x1="{end}" x2="{end}" y1="{join}" y2="{bottom}" />
{calls}
</g>"""


def _call(number: int, call: Call, run: Recorded, top: int, total: float) -> str:
    """One bar with its label; where calls run side by side, a dotted line until the last of them is done."""
    start, end = _percent(call.start, total), _percent(call.end, total)
    y = top + LANE - BAR - 4
    middle = f'y1="{y + BAR / 2}" y2="{y + BAR / 2}"'
    waits = call.end < run.seconds and all(one.start == call.start for one in run.calls)
    last = _percent(run.seconds, total)
    wait = (
        f'<line class="replay__wait" data-until="{run.seconds}" x1="{end}" x2="{last}" {middle} />'
        if waits
        else ""
    )
    seconds = call.end - call.start
    bar = f'x="{start}" y="{y}" width="{_percent(seconds, total)}" height="{BAR}" rx="{BAR / 2}"'
    return f"""<g class="replay__call b{number}">{wait}
<text x="{start}" dx="6" y="{y - 6}"><tspan class="replay__key">{escape(call.name)}</tspan> {seconds:.1f} s</text>
<rect {bar} data-start="{call.start}" data-end="{call.end}" />
</g>"""


def _axis(total: float, height: int) -> str:
    """A tick for every half second, a number for every second."""
    ticks = []
    for step in range(int(total / 0.5) + 1):
        x = _percent(step * 0.5, total)
        ticks.append(f'<line class="replay__tick" x1="{x}" x2="{x}" y1="{HEAD}" y2="{height - AXIS}" />')
        if step % 2 == 0:
            anchor = "start" if step == 0 else "middle"
            ticks.append(
                f'<text class="replay__time" x="{x}" y="{height - 5}" text-anchor="{anchor}">{step // 2} s</text>'
            )
    return "\n".join(ticks)


def _waits(scene: Scene, run: Recorded) -> str:
    """How long each call waits, as a list in words."""
    return scene.t("pages.separator").join(f"{call.end - call.start:.1f}" for call in run.calls)


def _percent(seconds: float, total: float) -> str:
    return f"{100 * seconds / total:.4g}%"


def _table(scene: Scene, row: Recorded, beside: Recorded) -> str:
    t = scene.t
    names = (t("home.run"), t("home.call"), t("home.starts"), t("home.ends"))
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    rows = "".join(
        f"<tr><td>{name}</td><td><code>{call.name}</code></td><td>{call.start:.1f} s</td><td>{call.end:.1f} s</td></tr>"
        for name, run in ((t("home.in-a-row"), row), (t("home.side-by-side"), beside))
        for call in run.calls
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
