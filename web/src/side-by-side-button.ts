/** The toggle for side-by-side reading; the reading itself is loaded when it is first wanted. */
import strings from "./strings/site.json";
import { change, onChange, read } from "./store.ts";
import { sibling } from "./switcher.ts";
import { translator } from "./text.ts";

const t = translator("site", strings);

export function prepareSideBySide(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-side-by-side]");
  if (!button) return;
  button.title = t("site.side-by-side");
  button.querySelector("[data-label]")!.textContent = t("site.side-by-side");
  button.addEventListener("click", () => change({ sideBySide: !read().sideBySide }));

  const update = (): void => {
    const possible = Boolean(document.querySelector("article .block[data-block]") && sibling());
    const wanted = read().sideBySide;
    button.hidden = !possible;
    button.setAttribute("aria-pressed", String(wanted));
    const shown = document.documentElement.hasAttribute("data-side-by-side");
    if ((possible && wanted) || shown) {
      void import("./side-by-side.ts").then(({ show, hide }) => (possible && wanted ? show(sibling()!) : hide()));
    }
  };
  onChange(update);
  window.document$.subscribe(update);
}
