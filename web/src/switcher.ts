/** The language link in the header: same page, same block; the choice is remembered. */
import { placeAtTop } from "./place.ts";
import { change } from "./store.ts";
import { other } from "./text.ts";

/** The current page in the other language. Instant navigation replaces the head but not the header's link. */
export function sibling(): string | undefined {
  const selector = `link[hreflang^="${other}"]`;
  return document.querySelector<HTMLLinkElement>(selector)?.href;
}

export function prepareSwitcher(): void {
  const link = document.querySelector<HTMLAnchorElement>("a[data-language]");
  if (!link) return;
  // The link is completed before any use of it: by mouse, by keyboard, by "copy link".
  for (const event of ["pointerenter", "pointerdown", "focus", "click"]) {
    link.addEventListener(event, () => {
      const page = sibling();
      if (!page) return;
      const place = placeAtTop();
      // The link in the head names the public address; the reader may be on another host.
      const address = new URL(new URL(page).pathname, location.href);
      link.href = `${address}${place ? `#${place}` : ""}`;
    });
  }
  link.addEventListener("click", () => change({ language: other }));
}
