/** On paper nothing is folded, and links to other sites are written out (Material makes all addresses absolute). */
export function openForPrint(): void {
  let closed: HTMLDetailsElement[] = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll<HTMLDetailsElement>("article details:not([open])")];
    for (const details of closed) details.open = true;
    for (const link of document.querySelectorAll<HTMLAnchorElement>('article a[href^="http"]')) {
      link.toggleAttribute("data-abroad", link.host !== location.host);
    }
  });
  addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
  });
}
