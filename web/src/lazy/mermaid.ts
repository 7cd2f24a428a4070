/**
 * Diagrams without a third party: Material draws them with `window.mermaid` if that exists, and fetches it from a public
 * server if not. This stands in for it and loads our own copy when the first diagram asks to be drawn.
 */
import type { Mermaid, MermaidConfig, RenderResult } from "mermaid";

let library: Promise<Mermaid> | undefined;
let configuration: MermaidConfig = {};

async function load(): Promise<Mermaid> {
  const { default: mermaid } = await import("mermaid");
  mermaid.initialize(configuration);
  return mermaid;
}

export function installMermaid(): void {
  const standIn = {
    initialize: (wanted: MermaidConfig): void => {
      configuration = wanted;
    },
    render: async (id: string, text: string): Promise<RenderResult> => {
      library ??= load();
      return (await library).render(id, text);
    },
  };
  Object.assign(window, { mermaid: standIn });
}
