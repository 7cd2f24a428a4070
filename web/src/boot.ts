/**
 * Runs in the head, before anything is painted: the reader's colour scheme, and the helpers that Material's own
 * script expects. Material's templates carry these as inline scripts; as a file they work under a strict
 * Content-Security-Policy.
 */

const script = document.currentScript as HTMLScriptElement;
// web/boot.js of a language → the root above both languages, so that a choice of scheme holds in both.
window.__md_scope = new URL("../../", script.src);

window.__md_hash = (text) => [...text].reduce((hash, char) => ((hash << 5) - hash + char.charCodeAt(0)) | 0, 0);

window.__md_get = (key, storage = localStorage, scope = window.__md_scope) => {
  try {
    return JSON.parse(storage.getItem(`${scope.pathname}.${key}`) ?? "null");
  } catch {
    return null; // no storage, or not ours
  }
};

window.__md_set = (key, value, storage = localStorage, scope = window.__md_scope) => {
  try {
    storage.setItem(`${scope.pathname}.${key}`, JSON.stringify(value));
  } catch {
    // Storage is full or forbidden: the choice lasts for this page.
  }
};

// Material makes all links absolute by `link.href = link.href`, which throws at the links of an SVG: there it is an object
// without a setter. (Links with `xlink:href` would spare this, but search engines do not follow them.)
const href = Object.getOwnPropertyDescriptor(SVGAElement.prototype, "href")!;
Object.defineProperty(SVGAElement.prototype, "href", { ...href, set: () => undefined });

interface Palette {
  color: { media?: string; scheme?: string };
}

const chosen = window.__md_get<Palette>("__palette")?.color;
const dark =
  chosen?.media && chosen.media !== "(prefers-color-scheme)"
    ? chosen.scheme === "slate"
    : matchMedia("(prefers-color-scheme: dark)").matches;

// The scheme is an attribute of <body>, which does not exist yet; the observer runs before the first paint.
new MutationObserver((_, observer) => {
  if (!document.body) return;
  document.body.dataset["mdColorScheme"] = dark ? "slate" : "default";
  observer.disconnect();
}).observe(document.documentElement, { childList: true });
