/** The site's root: on to the reader's language, by stored choice, then by the browser's languages. */
import { change, read } from "./store.ts";

const understood = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
const wanted = read().language ?? understood.find((tag) => tag === "zh" || tag === "en") ?? "en";
const links = document.querySelectorAll<HTMLAnchorElement>("a[hreflang]");
for (const link of links) {
  link.addEventListener("click", () => change({ language: link.lang === "en" ? "en" : "zh" }));
}
// The 404 page of the root offers the two languages but does not lead away from the message.
if (document.documentElement.hasAttribute("data-redirect")) location.replace(new URL(`${wanted}/`, location.href));
