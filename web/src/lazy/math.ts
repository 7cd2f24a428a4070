/** Formulas, typeset on the pages that have some; the library and its fonts are loaded with the first of them. */

const ROUND = /^\\\((.*)\\\)$/s;
const SQUARE = /^\\\[(.*)\\\]$/s;

/** Call it whenever a page has come to stand; formulas that are typeset already are left alone. */
export async function typesetMath(): Promise<void> {
  const formulas = [...document.querySelectorAll<HTMLElement>(".arithmatex:not([data-typeset])")];
  if (!formulas.length) return;
  const [{ default: katex }] = await Promise.all([import("katex"), loadStyle()]);
  for (const formula of formulas) {
    const source = (formula.textContent ?? "").trim();
    const display = SQUARE.exec(source);
    const tex = display ?? ROUND.exec(source);
    if (!tex) continue;
    formula.dataset.typeset = "";
    katex.render(tex[1]!, formula, { displayMode: display !== null, throwOnError: false });
  }
}

let style: Promise<void> | undefined;

/** The style sheet lies beside this script; esbuild copies it with its fonts. */
function loadStyle(): Promise<void> {
  return (style ??= new Promise((loaded, failed) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = new URL(/* of the bundle */ "../math.css", import.meta.url).href;
    link.onload = () => loaded();
    link.onerror = failed;
    document.body.append(link); // the head is replaced when the reader goes on to another page
  }));
}
