/** Run, Stop and Reset on every code block of a lesson. Python itself is loaded by the first run (`host.ts`). */
import strings from "../strings/runtime.json";
import timelineStrings from "../strings/timeline.json";
import { h, language, translator } from "../text.ts";
import type { Ended } from "./host.ts";
import type { Output } from "./protocol.ts";
import { Screen } from "./screen.ts";

const t = translator("runtime", strings);
const cells: Cell[] = [];
let running: Cell | undefined; // one at a time, in whole visits

/** The lesson's name in both languages: the last part of its address. */
const lesson = (): string => location.pathname.split("/").filter(Boolean).at(-1) ?? "";

/** The words of drawn traces, as the renderer wants them. */
function labels(): Record<string, string> {
  const found = Object.entries(timelineStrings).filter(([key]) => key.startsWith("label-"));
  return Object.fromEntries(found.map(([key, text]) => [key.slice("label-".length), text[language]]));
}

class Cell {
  readonly block: string;
  private readonly code: HTMLElement;
  private readonly runButton = h("button", { type: "button", class: "cell-run" }, t("runtime.run"));
  private readonly aboveButton = h("button", { type: "button", class: "cell-above" }, t("runtime.above"));
  private readonly resetButton = h("button", { type: "button", class: "cell-reset", hidden: true }, t("runtime.reset"));
  private readonly status = h("span", { class: "cell-status", role: "status" });
  private readonly recorded: HTMLElement[];
  private screen: Screen | undefined;

  constructor(private readonly section: HTMLElement, input: HTMLElement, first: boolean) {
    this.block = section.dataset["block"]!;
    this.code = input.querySelector("code")!;
    this.recorded = [...section.querySelectorAll<HTMLElement>(".cell-output")];
    this.aboveButton.hidden = first;
    const bar = h("div", { class: "cell-bar" }, this.runButton, this.aboveButton, this.resetButton, this.status);
    (input.closest(".cell-fold") ?? input).after(bar); // folded code can be run without unfolding it
    this.runButton.addEventListener("click", () => void (running === this ? this.stop() : this.run()));
    this.aboveButton.addEventListener("click", () => void this.runWithAbove());
    this.resetButton.addEventListener("click", () => this.reset());
  }

  private async stop(): Promise<void> {
    const { stop } = await import("./host.ts");
    stop();
  }

  private async runWithAbove(): Promise<void> {
    for (const cell of cells.slice(0, cells.indexOf(this) + 1)) {
      if (!(await cell.run())) break;
    }
  }

  /** Run this block and show what comes of it; false if it was stopped or could not run. */
  async run(): Promise<boolean> {
    if (running) return this.say(t("runtime.busy"));
    const screen = this.begin();
    let away = (): unknown => undefined;
    try {
      const host = await import("./host.ts");
      away = host.listen({
        progress: (loaded, total) => this.say(t("runtime.loaded", { loaded: mega(loaded), total: mega(total) })),
      });
      const threads = await host.start(labels());
      this.say(t("runtime.running"));
      const started = performance.now();
      const { how, reason } = await host.run(lesson(), this.block, this.text(), (output) => this.show(output));
      this.tell(how, reason, (performance.now() - started) / 1000);
      if (!threads && how === "done") this.status.append(h("span", { class: "cell-note" }, ` ${t("runtime.serial")}`));
      return how === "done";
    } catch (error) {
      return this.say(t("runtime.unavailable", { reason: error instanceof Error ? error.message : String(error) }));
    } finally {
      away();
      this.end(screen);
    }
  }

  private text(): string {
    return this.code.textContent ?? "";
  }

  private begin(): Screen {
    running = this;
    this.runButton.textContent = t("runtime.stop");
    this.section.toggleAttribute("data-running", true);
    this.say(t("runtime.loading"));
    const old = this.screen?.element;
    const screen = new Screen(t("runtime.live"), t("runtime.error"));
    if (old) old.replaceWith(screen.element);
    else this.section.append(screen.element);
    for (const output of this.recorded) output.hidden = true;
    this.resetButton.hidden = false;
    return (this.screen = screen);
  }

  private end(screen: Screen): void {
    running = undefined;
    this.runButton.textContent = t("runtime.run");
    this.section.removeAttribute("data-running");
    screen.finish(t("runtime.nothing"));
  }

  private show(output: Output): void {
    this.screen?.add(output);
  }

  private tell(how: Ended, reason: string | undefined, seconds: number): void {
    const failure = this.screen?.failure;
    if (how === "stopped") this.say(t("runtime.stopped"));
    else if (how === "lost") this.say(reason ? t("runtime.crashed", { reason }) : t("runtime.lost"));
    else if (failure?.name === "NameError" && cells[0] !== this) this.say(t("runtime.above-first"));
    else if (failure) this.say(failure.line && failure.block === this.block ? t("runtime.failed", { line: failure.line }) : t("runtime.failed-elsewhere"));
    else this.say(t("runtime.done", { seconds: seconds.toFixed(1) }));
  }

  private say(words: string): false {
    if (this.status.textContent !== words) this.status.textContent = words;
    return false;
  }

  private reset(): void {
    if (running === this) return;
    this.screen?.element.remove();
    this.screen = undefined;
    for (const output of this.recorded) output.hidden = false;
    this.resetButton.hidden = true;
    this.say("");
    this.runButton.focus();
  }
}

const mega = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** Put the buttons on the present page; after every navigation. */
export function prepareCells(): void {
  cells.length = 0;
  for (const section of document.querySelectorAll<HTMLElement>('.block[data-kind="code"]:not([data-local-only])')) {
    const input = section.querySelector<HTMLElement>(".cell-input");
    if (input && !section.querySelector(".cell-bar")) cells.push(new Cell(section, input, cells.length === 0));
  }
}
