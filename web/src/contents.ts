/** Marks in the page's table of contents where the reader is. The page holds it twice: beside the text and above it. */
let links: HTMLAnchorElement[] = [];
let scheduled = false;

export function followContents(): void {
  links = [...document.querySelectorAll<HTMLAnchorElement>(".toc__link")];
  mark();
}

function mark(): void {
  scheduled = false;
  let current: string | undefined;
  for (const { hash } of links) {
    const target = document.getElementById(decodeURIComponent(hash.slice(1)));
    if (!target || target.getBoundingClientRect().top > innerHeight * 0.3) break;
    current = hash;
  }
  for (const link of links) {
    const here = link.hash === current;
    if (here && !link.hasAttribute("data-current")) reveal(link);
    link.toggleAttribute("data-current", here);
  }
}

/** Scrolls the list, and nothing but the list, so that the link can be seen. */
function reveal(link: HTMLAnchorElement): void {
  const list = link.closest<HTMLElement>(".aside");
  if (!list) return;
  const top = link.getBoundingClientRect().top - list.getBoundingClientRect().top;
  if (top < 0 || top > list.clientHeight - 40) list.scrollTop += top - list.clientHeight / 2;
}

addEventListener("scroll", () => {
  if (scheduled || !links.length) return;
  scheduled = true;
  requestAnimationFrame(mark);
}, { passive: true });
