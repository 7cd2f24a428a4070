/** A link to itself on every code block; headings have theirs from the text. */
import strings from "./strings/site.json";
import { h, translator } from "./text.ts";

const t = translator("site", strings);

export function watchAnchors(): void {
  for (const block of document.querySelectorAll('.block[data-kind="code"][id]')) {
    if (block.querySelector(":scope > .block__link")) continue;
    block.prepend(h("a", { class: "block__link", href: `#${block.id}`, "aria-label": t("site.copy-link"), title: t("site.copy-link") }, "#"));
  }
}
