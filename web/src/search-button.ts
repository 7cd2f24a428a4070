/** Opens the search; its dialog, worker and index are loaded then, not before. */
export function prepareSearch(): void {
  const open = (query = ""): void => void import("./search.ts").then(({ openSearch }) => openSearch(query));
  document.querySelector("[data-search]")?.addEventListener("click", () => open());
  addEventListener("keydown", (event) => {
    const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);
    const command = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !isTyping(event.target);
    if (!slash && !command) return;
    event.preventDefault();
    open();
  });
  const query = new URL(location.href).searchParams.get("q");
  if (query !== null) open(query);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}
