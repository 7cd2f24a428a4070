/** The page's side of the worker: one per visit, started by the first run, replaced when it crashes or is ended. */
import type { Manifest, Message, Output, Request } from "./protocol.ts";

export type Ended = "done" | "stopped" | "lost";
/** `lost`: the worker had to be ended; the variables of all lessons are gone. */

interface Run {
  id: number;
  show(output: Output): void;
  end(how: Ended, reason?: string): void;
}

export interface Listener {
  progress?(loaded: number, total: number): void;
  ready?(threads: boolean): void;
}

const BASE = new URL("../../../runtime/", import.meta.url).href; // this module lies in <language>/web/chunks/
const SIGINT = 2;
const PATIENCE = 1000; // milliseconds that a stop may take before the next, harder one

let worker: Worker | undefined;
let starting: Promise<boolean> | undefined;
let interrupts: Int32Array<SharedArrayBuffer> | undefined;
let current: Run | undefined;
let runs = 0;
let fail: ((error: Error) => void) | undefined;
const listeners = new Set<Listener>();

export function listen(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const isRunning = (): boolean => current !== undefined;

/** Start the worker unless it is there (`labels`: the words of drawn traces); resolves to whether threads run concurrently in this browser. */
export function start(labels: Record<string, string> = {}): Promise<boolean> {
  return (starting ??= begin(labels).catch((error: unknown) => {
    discard();
    throw error;
  }));
}

async function begin(labels: Record<string, string>): Promise<boolean> {
  const answer = await fetch(`${BASE}manifest.json`, { cache: "no-cache" });
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`);
  const manifest = (await answer.json()) as Manifest;
  const made = new Worker(new URL("../runtime-worker.js", import.meta.url), { type: "module" });
  worker = made;
  const buffer = globalThis.crossOriginIsolated ? new SharedArrayBuffer(4) : null;
  interrupts = buffer ? new Int32Array(buffer) : undefined;
  return new Promise<boolean>((resolve, reject) => {
    fail = reject;
    made.addEventListener("error", (event) => crashed(made, event.message));
    made.addEventListener("message", ({ data }: MessageEvent<Message>) => {
      if (worker !== made) return; // a last word of one that was ended
      if (data.kind === "ready") resolve(data.threads);
      receive(made, data);
    });
    send({ kind: "start", base: BASE, manifest, labels, interrupts: buffer });
  });
}

function receive(from: Worker, message: Message): void {
  if (message.kind === "progress") listeners.forEach((one) => one.progress?.(message.loaded, message.total));
  if (message.kind === "ready") listeners.forEach((one) => one.ready?.(message.threads));
  if (message.kind === "output" && current?.id === message.id) current.show(message.output);
  if (message.kind === "done" && current?.id === message.id) end("done");
  if (message.kind === "crash") crashed(from, message.reason);
}

function crashed(from: Worker, reason: string): void {
  if (worker !== from) return;
  fail?.(new Error(reason));
  discard();
  end("lost", reason);
}

function discard(): void {
  worker?.terminate();
  worker = starting = interrupts = fail = undefined;
}

function end(how: Ended, reason?: string): void {
  const ended = current;
  current = undefined;
  ended?.end(how, reason);
}

const send = (request: Request): void => worker?.postMessage(request);

/** Run one block; resolves when it has ended, however it did. Rejects if Python cannot be loaded. */
export async function run(
  lesson: string, block: string, code: string, show: (output: Output) => void,
): Promise<{ how: Ended; reason?: string }> {
  if (current) throw new Error("another block is running");
  const id = ++runs;
  let stopped = false;
  stopping = () => (stopped = true);
  const ended = new Promise<{ how: Ended; reason?: string }>((resolve) => {
    current = {
      id,
      show,
      end: (how, reason) => resolve({ how: how === "done" && stopped ? "stopped" : how, ...(reason ? { reason } : {}) }),
    };
  });
  try {
    await Promise.race([start(), ended]); // a stop may come before Python is there
  } catch (error) {
    current = undefined;
    throw error;
  }
  if (interrupts) interrupts[0] = 0;
  if (isRunning()) send({ kind: "run", id, lesson, block, code });
  return ended;
}

let stopping: (() => void) | undefined;

/** Stop what runs: cancel what waits, interrupt what computes, and at last end the worker. */
export function stop(): void {
  const wanted = current;
  if (!wanted || !worker) return;
  stopping?.();
  send({ kind: "stop" });
  const still = (): boolean => current === wanted;
  setTimeout(() => {
    if (!still()) return;
    if (interrupts) Atomics.store(interrupts, 0, SIGINT);
    setTimeout(() => {
      if (!still()) return;
      discard();
      end("lost");
    }, PATIENCE);
  }, PATIENCE / 4);
}

/** Forget the variables of a lesson. */
export const forget = (lesson: string): void => send({ kind: "forget", lesson });
