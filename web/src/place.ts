/** Where in the text the reader is: the last block or heading whose top has passed under the header. */

const HEADER = "[data-md-component=header]";
export const PLACES = "article .block[id], article :is(h2, h3, h4)[id]";

/** The id of the block or heading at the top of the viewport; undefined at the very top of the page. */
export function placeAtTop(): string | undefined {
  const line = (document.querySelector(HEADER)?.getBoundingClientRect().bottom ?? 0) + 40;
  let found: Element | undefined;
  for (const place of document.querySelectorAll(PLACES)) {
    const { top, height } = place.getBoundingClientRect();
    if (height && top > line) break;
    if (height) found = place;
  }
  return scrollY > 0 ? found?.id : undefined;
}
