/** The page's entry: small things at once, everything heavier when it is asked for. */
import { watchAnchors } from "./anchors.ts";
import { nameParts } from "./accessibility.ts";
import { followContents } from "./contents.ts";
import { installMermaid } from "./lazy/mermaid.ts";
import { openForPrint } from "./print.ts";
import { prepareSearch } from "./search-button.ts";
import { prepareSideBySide } from "./side-by-side-button.ts";
import { prepareSwitcher } from "./switcher.ts";
import { restoreTabs } from "./tabs.ts";

installMermaid(); // before Material meets the first diagram
prepareSwitcher();
prepareSearch();
prepareSideBySide();
openForPrint();

// At load and after every instant navigation.
window.document$.subscribe(() => {
  nameParts();
  restoreTabs();
  followContents();
  watchAnchors();
  if (document.querySelector(".arithmatex")) void import("./lazy/math.ts").then(({ typesetMath }) => typesetMath());
  if (document.querySelector(".cell-input")) void import("./runtime/cells.ts").then(({ prepareCells }) => prepareCells());
  if (document.querySelector("fan-out-replay")) void import("./replay.ts");
  if (document.querySelector(".course-map")) void import("./map.ts").then(({ enhanceMap }) => enhanceMap());
});
