/** The document map: shows one path in the picture, with the order in which it is read. */
import strings from "./strings/map.json";
import { h, translator } from "./text.ts";

const t = translator("map", strings);

export function enhanceMap(): void {
  const map = document.querySelector<HTMLElement>(".course-map");
  if (!map || map.dataset["ready"]) return;
  map.dataset["ready"] = "";
  const chips = [...map.querySelectorAll<HTMLAnchorElement>(".chip")];
  const all = h("button", { type: "button", class: "chip", "aria-pressed": "true" }, t("map.all"));
  const status = h("p", { class: "map__status", role: "status" });
  chips[0]?.before(all, " ");
  map.querySelector(".map__paths")!.after(status);

  const buttons = chips.map((chip) => {
    const button = h("button", { type: "button", class: "chip", "aria-pressed": "false" }, ...chip.cloneNode(true).childNodes);
    button.addEventListener("click", () => choose(button.getAttribute("aria-pressed") === "true" ? undefined : chip));
    chip.replaceWith(button);
    return button;
  });
  all.addEventListener("click", () => choose(undefined));

  // Links of an SVG would load the whole page anew: they are followed by way of an ordinary one.
  for (const node of map.querySelectorAll<SVGAElement>("a.map__node")) {
    node.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      const link = h("a", { href: new URL(node.href.baseVal, location.href).href, hidden: true });
      map.append(link);
      link.click();
    });
  }

  function choose(chip: HTMLAnchorElement | undefined): void {
    const documents = chip?.dataset["documents"]?.split(" ");
    all.setAttribute("aria-pressed", String(!chip));
    buttons.forEach((button, index) => button.setAttribute("aria-pressed", String(chips[index] === chip)));
    show(map!, documents);
    const name = chip?.firstChild?.textContent?.trim() ?? "";
    status.replaceChildren();
    if (chip && documents) {
      const link = h("a", { href: chip.href }, t("map.describe"));
      status.append(t("map.shown", { path: name, count: documents.length }), " ", link);
    }
  }
}

/** Dims what is not on the path, and numbers what is. */
function show(map: HTMLElement, path: string[] | undefined): void {
  for (const node of map.querySelectorAll<SVGElement>(".map__node")) {
    const place = path ? path.indexOf(node.dataset["document"]!) : -1;
    node.toggleAttribute("data-off", path !== undefined && place < 0);
    const badge = node.querySelector(".map__order")!;
    badge.toggleAttribute("hidden", place < 0);
    badge.querySelector("text")!.textContent = place < 0 ? "" : String(place + 1);
  }
  for (const edge of map.querySelectorAll<SVGElement>(".map__edge[data-from]")) {
    const on = !path || (path.includes(edge.dataset["from"]!) && path.includes(edge.dataset["to"]!));
    edge.toggleAttribute("data-off", !on);
  }
}
