/** Names and keyboard access that Material leaves out; axe finds each of them. */
import strings from "./strings/site.json";
import { translator } from "./text.ts";

const t = translator("site", strings);
let observer: MutationObserver | undefined;

export function nameParts(): void {
  document.querySelector(".md-progress")?.setAttribute("aria-hidden", "true");
  for (const box of document.querySelectorAll(".task-list-item input:not([aria-label])")) {
    box.setAttribute("aria-label", box.closest("li")!.textContent.trim());
  }
  // The corner of a table with headings on both sides is not a heading.
  for (const corner of document.querySelectorAll("article th:empty")) corner.replaceWith(document.createElement("td"));
  nameLateParts();
  observer?.disconnect();
  const content = document.querySelector(".md-content");
  if (!content) return;
  let scheduled = 0;
  observer = new MutationObserver(() => {
    cancelAnimationFrame(scheduled); // Material adds one after the other: they are named together
    scheduled = requestAnimationFrame(nameLateParts);
  });
  observer.observe(content, { subtree: true, childList: true });
}

function nameLateParts(): void {
  document.querySelectorAll(".md-annotation__index:not([aria-label])").forEach((note, index) => {
    note.setAttribute("aria-label", t("site.annotation", { number: index + 1 }));
  });
  tellApart();
  document.querySelectorAll(".md-code__nav").forEach((tools, index) => {
    tools.setAttribute("aria-label", t("site.code-tools", { number: index + 1 }));
  });
  // What scrolls sideways must be reachable by keyboard, and then needs a name.
  document.querySelectorAll<HTMLElement>("article pre > code[tabindex]:not([role])").forEach((code, index) => {
    code.setAttribute("role", "group");
    code.setAttribute("aria-label", t("site.code-block", { number: index + 1 }));
  });
}

/** Material names code after the block it stands in: the second piece in a block would share the first one's id, and copy it. */
function tellApart(): void {
  const seen = new Set<string>();
  document.querySelectorAll("pre[id^='__code_']").forEach((code, index) => {
    if (seen.has(code.id)) {
      code.id = `${code.id}-${index}`;
      code.querySelector("[data-clipboard-target]")?.setAttribute("data-clipboard-target", `#${code.id} > code`);
    }
    seen.add(code.id);
  });
}
