/** Content tabs: the reader's last choice, and tabs that an address points at (Material does both inline). */
export function restoreTabs(): void {
  const chosen = window.__md_get<string[]>("__tabs") ?? [];
  for (const label of document.querySelectorAll<HTMLLabelElement>(".tabbed-labels > label")) {
    if (chosen.includes(label.innerText.trim())) check(label.htmlFor);
  }
  const { hash } = location;
  if (hash.startsWith("#__tabbed_")) check(hash.slice(1));
}

function check(id: string): void {
  const input = document.getElementById(id);
  if (input instanceof HTMLInputElement) input.checked = true;
}
