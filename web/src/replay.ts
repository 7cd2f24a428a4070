/**
 * Replays a recorded run: the picture's own numbers are the record, and one second of it takes one second. Without
 * script the picture shows the finished run; with reduced motion it stands still until the reader moves the slider.
 */
import strings from "./strings/home.json";
import { h, translator } from "./text.ts";

const t = translator("home", strings);
const PAUSE_AT_END = 0.25; // seconds for which the playhead stays visible

class FanOutReplay extends HTMLElement {
  private picture!: SVGSVGElement;
  private total = 0;
  private time = 0;
  private frame = 0;
  private readonly button = h("button", { type: "button", class: "replay__button" });
  private readonly slider = h("input", { type: "range", min: "0", step: "0.05", "aria-label": t("home.position") });

  connectedCallback(): void {
    if (this.picture) return; // moved within the document
    this.picture = this.querySelector("svg")!;
    this.total = Number(this.picture.dataset["total"]);
    this.slider.max = String(this.total);
    this.picture.after(h("div", { class: "replay__controls" }, this.button, this.slider));
    this.button.addEventListener("click", () => (this.frame ? this.pause() : this.play()));
    this.slider.addEventListener("input", () => {
      const wanted = Number(this.slider.value); // before pausing, which puts the slider back to the present moment
      this.pause();
      this.show(wanted);
    });
    this.show(this.total);
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) this.playWhenVisible();
  }

  disconnectedCallback(): void {
    this.pause();
  }

  private playWhenVisible(): void {
    const observer = new IntersectionObserver(([entry]) => {
      if (!entry?.isIntersecting) return;
      observer.disconnect();
      this.play();
    });
    observer.observe(this.picture);
  }

  private play(): void {
    let last = performance.now();
    if (this.time >= this.total) this.time = 0;
    const step = (now: number): void => {
      this.time += (now - last) / 1000;
      last = now;
      if (this.time >= this.total + PAUSE_AT_END) return this.pause();
      this.frame = requestAnimationFrame(step);
      this.show(this.time);
    };
    this.frame = requestAnimationFrame(step);
    this.show(this.time);
  }

  private pause(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.show(this.time);
  }

  /** Draw the state after `seconds`. */
  private show(seconds: number): void {
    this.time = seconds;
    const now = Math.min(seconds, this.total);
    const percent = (value: number): string => `${(100 * value) / this.total}%`;
    for (const bar of this.picture.querySelectorAll<SVGRectElement>("rect[data-end]")) {
      const start = Number(bar.dataset["start"]);
      const end = Number(bar.dataset["end"]);
      bar.setAttribute("width", percent(Math.max(0, Math.min(now, end) - start)));
      bar.parentElement!.toggleAttribute("data-waiting", now < start);
      bar.parentElement!.toggleAttribute("data-done", now >= end);
    }
    for (const wait of this.picture.querySelectorAll<SVGLineElement>("[data-until]")) {
      wait.setAttribute("x2", percent(Math.min(now, Number(wait.dataset["until"]))));
    }
    for (const run of this.picture.querySelectorAll<SVGGElement>("[data-end]:not(rect)")) {
      const end = Number(run.dataset["end"]);
      run.toggleAttribute("data-done", now >= end);
      run.querySelector("[data-sum]")!.textContent = `${Math.min(now, end).toFixed(1)} s`;
    }
    const head = this.picture.querySelector(".replay__head")!;
    head.setAttribute("x1", percent(now));
    head.setAttribute("x2", percent(now));
    head.toggleAttribute("data-hidden", seconds >= this.total);
    this.slider.value = String(now);
    this.slider.setAttribute("aria-valuetext", t("home.at", { seconds: now.toFixed(1) }));
    const label = this.frame ? t("home.pause") : now >= this.total ? t("home.again") : t("home.play");
    if (this.button.textContent !== label) {
      this.button.textContent = label;
      this.button.dataset["state"] = this.frame ? "playing" : "paused";
    }
  }
}

if (!customElements.get("fan-out-replay")) customElements.define("fan-out-replay", FanOutReplay);
