"""The four paths as cards, and the stages with their documents."""

from __future__ import annotations

from html import escape

from courseware.curriculum import Document, Path, Stage
from courseware.visual.scene import Scene


def paths(scene: Scene) -> str:
    """A card for each path: for whom, how long, where it leads."""
    cards = "\n".join(_path(scene, path) for path in scene.course.paths)
    return f"""<section class="paths" aria-labelledby="paths">
<h2 id="paths">{scene.t("home.paths")}</h2>
<div class="paths__cards">
{cards}
</div>
</section>"""


def _path(scene: Scene, path: Path) -> str:
    t, lang, course = scene.t, scene.lang, scene.course
    practice = t("home.practice", minutes=path.practice(course))
    facts = " · ".join((path.audience.get(lang), t("pages.count", count=len(path.documents)), practice))
    return f"""<a class="path" href="{scene.path(path.id)}">
<span class="path__title">{escape(path.title.get(lang))}</span>
<span class="path__minutes">{scene.minutes(path.minutes(course))}</span>
<span class="path__promise">{escape(path.promise.get(lang))}</span>
<span class="path__facts">{escape(facts)}</span>
</a>"""


def stages(scene: Scene) -> str:
    """Every document, under its stage."""
    groups = "\n".join(_stage(scene, number, stage) for number, stage in enumerate(scene.course.stages, 1))
    return f"""<section class="stages" aria-labelledby="stages">
<h2 id="stages">{scene.t("home.stages", count=len(scene.course.documents))}</h2>
<div class="stages__groups">
{groups}
</div>
</section>"""


def _stage(scene: Scene, number: int, stage: Stage) -> str:
    items = "\n".join(_document(scene, scene.course.document(id)) for id in stage.documents)
    return f"""<div class="stage stage--{number}">
<h3><a href="{scene.stage(stage.id)}">{escape(stage.title.get(scene.lang))}</a></h3>
<p>{escape(stage.summary.get(scene.lang))}</p>
<ol>
{items}
</ol>
</div>"""


def _document(scene: Scene, document: Document) -> str:
    title, address = escape(document.title.get(scene.lang)), scene.document(document)
    linked = f'<a href="{address}">{title}</a>' if address else f"<span>{title}</span>"
    said = scene.minutes(document.minutes) if address else scene.t("pages.in-preparation")
    return (
        f'<li{"" if address else " class=unwritten"}>{linked} <span class="stage__minutes">{said}</span></li>'
    )
