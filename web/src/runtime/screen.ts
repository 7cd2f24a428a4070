/** The output of one run: streams as they come, rich values, errors. */
import { h } from "../text.ts";
import type { Failure, MimeBundle, Output } from "./protocol.ts";

const RICH = ["text/html", "image/svg+xml"];
const IMAGES = ["image/png", "image/jpeg"];

export class Screen {
  readonly element = h("div", { class: "cell-live" });
  failure: Failure | undefined;
  private stream: { name: string; text: string; code: HTMLElement } | undefined;

  constructor(private readonly label: string, private readonly errorLabel: string) {}

  add(output: Output): void {
    if (output.kind === "stream") this.write(output.name, output.text);
    else if (output.kind === "error") {
      this.failure = output.error;
      this.put(text(output.error.traceback), "application/vnd.jupyter.error", "error");
    } else this.draw(output.bundle);
  }

  /** A run that printed nothing says so. */
  finish(nothing: string): void {
    if (!this.element.childElementCount) this.put(h("p", { class: "cell-nothing" }, nothing), "text/plain");
  }

  private write(name: string, more: string): void {
    if (this.stream?.name !== name) {
      const pre = text("");
      this.put(pre, "text/plain", name);
      this.stream = { name, text: "", code: pre.firstElementChild as HTMLElement };
    }
    this.stream!.text += more;
    this.stream!.code.textContent = terminal(this.stream!.text);
  }

  private draw(bundle: MimeBundle): void {
    const rich = RICH.find((mime) => typeof bundle[mime] === "string");
    const image = IMAGES.find((mime) => typeof bundle[mime] === "string");
    if (rich) {
      const place = h("div");
      place.innerHTML = bundle[rich] as string; // the reader's own code made it; the page's CSP lets no script in it run
      this.put(place, rich);
    } else if (image) {
      this.put(h("img", { alt: String(bundle["text/plain"] ?? ""), src: `data:${image};base64,${String(bundle[image])}` }), image);
    } else this.put(text(String(bundle["text/plain"] ?? "")), "text/plain", "result");
  }

  private put(content: HTMLElement, mime: string, stream = ""): void {
    this.stream = undefined;
    const output = h("div", { class: "cell-output no-copy", "data-mime": mime, ...(stream ? { "data-stream": stream } : {}) }, content);
    const label = stream === "error" ? this.errorLabel : this.element.childElementCount ? "" : this.label;
    if (label) output.dataset["label"] = label;
    this.element.append(output);
  }
}

function text(content: string): HTMLPreElement {
  return h("pre", {}, h("code", {}, content));
}

/** Text as a terminal shows it: of a line that was overwritten, its last state. */
export function terminal(content: string): string {
  return content.split("\n").map((line) => line.replace(/\r$/, "").split("\r").at(-1)!).join("\n").replace(/\n$/, "");
}
