/**
 * The search dialog. It drives Material's search worker (lunr, with its segmentation of Chinese), which is loaded with
 * the index when the dialog first opens: together they weigh more than a lesson.
 */
import strings from "./strings/site.json";
import { h, language, translator } from "./text.ts";

const t = translator("site", strings);

/** The worker's messages: set up, ready, query, result. */
const SETUP = 0, READY = 1, QUERY = 2, RESULT = 3;

interface Found {
  location: string;
  title: string;
  text: string;
  score: number;
}

const config = JSON.parse(document.getElementById("__config")!.textContent!) as { search: string };
// The configuration's paths are relative to the page that was loaded first, which need not be the present one.
const base = new URL(`${language}/`, window.__md_scope);
const workerPath = config.search.slice(config.search.indexOf("assets/"));

const input = h("input", {
  type: "search", class: "search__input", "aria-label": t("site.search"), placeholder: t("site.search-placeholder"),
  autocomplete: "off", autocapitalize: "off", spellcheck: "false",
});
const status = h("p", { class: "search__status", role: "status" });
const list = h("ol", { class: "search__results" });
const close = h("button", { type: "button", class: "bar__button", "aria-label": t("site.search-close") }, "✕");
const dialog = h("dialog", { class: "search", "aria-label": t("site.search") }, h("div", { class: "search__head" }, input, close), status, list);
document.body.append(dialog);

let worker: Promise<Worker> | undefined;
let latest = "";

function start(): Promise<Worker> {
  return (worker ??= (async () => {
    const response = await fetch(new URL("search/search_index.json", base));
    if (!response.ok) throw new Error(`${response.status}`);
    const index = (await response.json()) as object;
    const search = new Worker(new URL(workerPath, base));
    await new Promise<void>((ready, failed) => {
      search.onerror = failed;
      search.onmessage = ({ data }) => data.type === READY && ready();
      search.postMessage({ type: SETUP, data: { ...index, options: { suggest: false } } });
    });
    search.onmessage = ({ data }) => data.type === RESULT && show(data.data.items);
    return search;
  })());
}

async function ask(): Promise<void> {
  latest = input.value.trim();
  if (!latest) return show([]);
  try {
    if (!worker) status.textContent = t("site.search-loading");
    (await start()).postMessage({ type: QUERY, data: latest });
  } catch {
    worker = undefined; // the next key tries again
    status.textContent = t("site.search-failed");
  }
}

/** Results come grouped by page: the page first, then its best places. */
function show(groups: Found[][]): void {
  const places = groups.reduce((sum, group) => sum + group.filter((found) => found.score > 0).length, 0);
  status.textContent = !latest ? ""
    : groups.length ? t("site.search-count", { pages: groups.length, places })
    : t("site.search-none", { query: latest });
  list.replaceChildren(...groups.map((group) => {
    const page = group.find((found) => !found.location.includes("#")) ?? group[0]!;
    const inside = group.filter((found) => found !== page && found.score > 0).slice(0, 3);
    return h("li", {}, result(page, "search__page", page.score > 0), ...inside.map((found) => result(found, "search__place", true)));
  }));
}

function result(found: Found, kind: string, teaser: boolean): HTMLAnchorElement {
  const link = h("a", { href: `${new URL(found.location, base)}`, class: kind }, h("span", { class: "search__title" }, ...marked(found.title)));
  if (teaser && found.text) link.append(h("span", { class: "search__text" }, ...marked(excerpt(found.text))));
  return link;
}

/** About 120 characters around the first hit. The text comes with `<mark>` and paragraph tags from the worker. */
function excerpt(html: string): string {
  const plain = html.replace(/<(?!\/?mark\b)[^>]*>/g, " ").replace(/\s+/g, " ");
  const hit = Math.max(0, plain.indexOf("<mark"));
  const from = hit < 60 ? 0 : plain.lastIndexOf(" ", hit - 30) + 1 || hit - 40;
  return `${from ? "…" : ""}${plain.slice(from, from + 180)}`;
}

/** Text with `<mark>` as nodes; nothing else of it is taken as markup. */
function marked(html: string): (Node | string)[] {
  // Chinese words come separated by spaces of no width, which would go along when the text is copied.
  const parsed = new DOMParser().parseFromString(html.replace(/<(?!\/?mark\b)[^>]*>|\u200b/g, ""), "text/html");
  return [...parsed.body.childNodes].map((node) =>
    node.nodeName === "MARK" ? h("mark", {}, node.textContent ?? "") : (node.textContent ?? ""));
}

input.addEventListener("input", () => void ask());
close.addEventListener("click", () => dialog.close());
dialog.addEventListener("click", (event) => {
  // The backdrop belongs to the dialog itself; a chosen result closes it too.
  if (event.target === dialog || (event.target as Element).closest("a")) dialog.close();
});
dialog.addEventListener("keydown", (event) => {
  const links = [...list.querySelectorAll("a")];
  if (event.key === "Enter" && event.target === input && !event.isComposing) links[0]?.click();
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  event.preventDefault();
  const stops = [input, ...links];
  const step = event.key === "ArrowDown" ? 1 : -1;
  const at = stops.indexOf(document.activeElement as HTMLInputElement);
  stops[(at + step + stops.length) % stops.length]?.focus();
});

export function openSearch(query: string): void {
  if (!dialog.open) dialog.showModal();
  if (query) input.value = query;
  input.focus();
  input.select();
  void ask();
  void start().catch(() => (worker = undefined)); // the index is on its way while the reader types
}
