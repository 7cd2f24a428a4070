/** Marks in the page's table of contents where the reader is. */
let links: HTMLAnchorElement[] = [];
let scheduled = false;

export function followContents(): void {
  links = [...document.querySelectorAll<HTMLAnchorElement>(".toc__link")];
  mark();
}

function mark(): void {
  scheduled = false;
  let current: HTMLAnchorElement | undefined;
  for (const link of links) {
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (target && target.getBoundingClientRect().top > innerHeight * 0.3) break;
    current = link;
  }
  for (const link of links) link.toggleAttribute("data-current", link === current);
  current?.scrollIntoView?.({ block: "nearest" });
}

addEventListener("scroll", () => {
  if (scheduled || !links.length) return;
  scheduled = true;
  requestAnimationFrame(mark);
}, { passive: true });
