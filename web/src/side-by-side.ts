/**
 * Both languages block by block. The same page of the other language is fetched, and each of its text blocks is put
 * beside the block of the same name; code is shared and shown once. The page's own nodes stay what they are (ids,
 * anchors, contents and widgets keep working); the other language's are copies without ids.
 */
import { nameParts } from "./accessibility.ts";
import strings from "./strings/site.json";
import { h, other, translator } from "./text.ts";

const t = translator("site", strings);
const root = document.documentElement;
const LANG = { zh: "zh-Hans", en: "en" } as const;

/** Counts requests, so that an answer that comes after the reader has left the page is dropped. */
let turn = 0;

export async function show(address: string): Promise<void> {
  const mine = ++turn;
  // The address names the public host; the reader may be on another.
  const url = new URL(new URL(address).pathname, location.href);
  const article = document.querySelector("article")!;
  if (article.querySelector(".block__other")) return;
  root.setAttribute("data-side-by-side", "loading");
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${response.status}`);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (mine !== turn) return;
    const stay = holdPlace();
    document.querySelector(".side-by-side__failed")?.remove();
    pair(article, page, url);
    nameParts();
    root.setAttribute("data-side-by-side", "on");
    stay();
  } catch {
    if (mine !== turn) return;
    root.removeAttribute("data-side-by-side");
    reportFailure(article, address);
  }
}

export function hide(): void {
  turn++;
  const stay = holdPlace();
  document.querySelector(".side-by-side__failed")?.remove();
  document.querySelectorAll(".block__other").forEach((copy) => copy.remove());
  for (const own of document.querySelectorAll(".block__own")) {
    own.parentElement!.classList.remove("block--paired");
    own.replaceWith(...own.childNodes);
  }
  root.removeAttribute("data-side-by-side");
  stay();
}

function pair(article: Element, page: Document, url: URL): void {
  const copies = new Map<string, HTMLElement>();
  for (const block of page.querySelectorAll<HTMLElement>('article .block[data-kind="markdown"]')) {
    copies.set(block.dataset["block"]!, block);
  }
  for (const block of article.querySelectorAll<HTMLElement>('.block[data-kind="markdown"]')) {
    const source = copies.get(block.dataset["block"]!);
    if (!source) continue;
    block.classList.add("block--paired");
    block.append(
      h("div", { class: "block__own" }, ...block.childNodes),
      h("div", { class: "block__other", lang: LANG[other] }, ...copy(source, url).childNodes),
    );
  }
}

/** The block without anything that exists once a page: ids, names, headings' links; its links lead to its own page. */
function copy(source: Element, url: URL): Element {
  const clone = document.importNode(source, true);
  clone.querySelectorAll(".headerlink, .block__link").forEach((link) => link.remove());
  // Material makes what is too wide scroll in its own box, but only in the page's own text.
  clone.querySelectorAll("pre > code").forEach((code) => code.setAttribute("tabindex", "0"));
  for (const table of clone.querySelectorAll("table")) {
    const box = h("div", { class: "table", tabindex: "0", role: "group", "aria-label": t("site.table") });
    table.replaceWith(box);
    box.append(table);
  }
  // A widget works once, in the page's own language; the runtime leaves mirrored ones alone.
  clone.querySelectorAll("[data-widget]").forEach((widget) => widget.setAttribute("data-mirror", ""));
  for (const element of clone.querySelectorAll<HTMLElement>("*")) {
    // Tabs need their radios and labels; nothing else of the copy is ever referred to.
    const kept = element.matches(".tabbed-set > input, .tabbed-set > input ~ * label");
    for (const name of ["id", "for", "name", "aria-labelledby", "aria-describedby"]) {
      const value = element.getAttribute(name);
      if (value && kept) element.setAttribute(name, `other-${value}`);
      else element.removeAttribute(name);
    }
    for (const name of ["href", "src"]) {
      const value = element.getAttribute(name);
      // Headings and blocks have the same ids in both languages: a link within the page stays within this page.
      if (value?.startsWith("#__tabbed")) element.removeAttribute(name);
      else if (value && !value.startsWith("#")) element.setAttribute(name, new URL(value, url).href);
    }
    if (element instanceof HTMLInputElement && element.type === "checkbox") element.disabled = true;
  }
  return clone;
}

/** Remembers the block at the top of the viewport; calling the result, after the change, puts it back there. */
function holdPlace(): () => void {
  const block = [...document.querySelectorAll("article .block")].find((each) => each.getBoundingClientRect().bottom > 80);
  if (scrollY === 0 || !block) return () => undefined;
  const before = block.getBoundingClientRect().top;
  root.style.overflowAnchor = "none"; // some browsers hold a place of their own choice, which would come on top
  return () => {
    scrollBy({ top: block.getBoundingClientRect().top - before, behavior: "instant" });
    setTimeout(() => (root.style.overflowAnchor = ""), 100);
  };
}

function reportFailure(article: Element, address: string): void {
  document.querySelector(".side-by-side__failed")?.remove();
  const again = h("button", { type: "button" }, t("site.retry"));
  again.addEventListener("click", () => void show(address));
  article.prepend(h("p", { class: "side-by-side__failed", role: "alert" }, t("site.side-by-side-failed"), " ", again));
}
