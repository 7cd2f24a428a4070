/** The worker: Pyodide and the course's packages, loaded once per visit; then it runs what the page sends. */
import type { Manifest, Message, Output, Request } from "./protocol.ts";

interface Kernel {
  run(lesson: string, block: string, code: string): Promise<void>;
  stop(): boolean;
  forget(lesson: string): void;
}

interface Pyodide {
  FS: { mkdir(path: string): void };
  globals: { get(name: string): unknown; set(name: string, value: unknown): void };
  runPythonAsync(code: string): Promise<unknown>;
  unpackArchive(archive: ArrayBuffer, format: string, options: { extractDir: string }): void;
  setInterruptBuffer(buffer: Int32Array): void;
  _api: { on_fatal?: (error: unknown) => void };
}

const START = `
import sys
sys.path.insert(0, "/packages")
from pagekernel.kernel import start
kernel = start(emit, labels)
import langchain_core.runnables, fanout.clock, fanout.langchain, llmsim
kernel.concurrent
`;
const MILESTONE = 1 << 16; // report progress at most once per so many bytes

const post = (message: Message): void => postMessage(message);
let kernel: Kernel | undefined;
let running = 0;

addEventListener("message", ({ data }: MessageEvent<Request>) => {
  if (data.kind === "start") void start(data).catch(crash);
  if (data.kind === "run") void run(data);
  if (data.kind === "stop") post({ kind: "stopping", waiting: kernel?.stop() ?? false });
  if (data.kind === "forget") kernel?.forget(data.lesson);
});

function crash(error: unknown): void {
  post({ kind: "crash", reason: error instanceof Error ? error.message || error.name : String(error) });
}

async function run({ id, lesson, block, code }: Request & { kind: "run" }): Promise<void> {
  running = id;
  try {
    await kernel!.run(lesson, block, code);
    post({ kind: "done", id });
  } catch (error) {
    crash(error);
  }
}

function emit(kind: string, json: string): void {
  const data = JSON.parse(json);
  const output: Output =
    kind === "stream" ? { kind, ...data } : kind === "data" ? { kind, bundle: data } : { kind: "error", error: data };
  post({ kind: "output", id: running, output });
}

async function start({ base, manifest, labels, interrupts }: Request & { kind: "start" }): Promise<void> {
  const { pyodide: engine, packages } = manifest;
  countBytes(manifest);
  const folder = `${base}${engine.folder}/`;
  const [{ loadPyodide }, archive] = await Promise.all([
    import(/* @vite-ignore */ `${folder}pyodide.mjs`) as Promise<{ loadPyodide(options: object): Promise<Pyodide> }>,
    archiveOf(`${base}${packages.folder}/packages.zip`, manifest.sha256),
  ]);
  const pyodide = await loadPyodide({ indexURL: folder, env: { HOME: "/home/pyodide", PYTHONHASHSEED: "0", TZ: "UTC" } });
  pyodide._api.on_fatal = crash;
  pyodide.unpackArchive(archive, "zip", { extractDir: "/packages" });
  if (interrupts) pyodide.setInterruptBuffer(new Int32Array(interrupts));
  pyodide.globals.set("emit", emit);
  pyodide.globals.set("labels", JSON.stringify(labels));
  const threads = await pyodide.runPythonAsync(START);
  kernel = pyodide.globals.get("kernel") as Kernel;
  takeStorageAway(); // not before: urllib3 looks for `Worker` when it is imported
  post({ kind: "ready", threads: threads === true });
}

async function archiveOf(url: string, sha256: string): Promise<ArrayBuffer> {
  const archive = await (await fetch(url)).arrayBuffer();
  if (globalThis.crypto?.subtle) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", archive));
    const found = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    if (found !== sha256) throw new Error(`${url} has been changed or damaged`);
  }
  return archive;
}

/** From here on every download of this worker counts as progress, Pyodide's own included. */
function countBytes({ pyodide, packages }: Manifest): void {
  const counted = [...Object.entries(pyodide.files), ...Object.entries(packages.files)].filter(([name]) => !name.endsWith(".mjs"));
  const total = counted.reduce((sum, [, bytes]) => sum + bytes, 0);
  const original = globalThis.fetch;
  let loaded = 0;
  let told = 0;
  const count = new Set(counted.map(([name]) => name));
  globalThis.fetch = async (input, init) => {
    const response = await original(input, init);
    if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
    const name = new URL(response.url).pathname.split("/").at(-1)!;
    if (!response.body || !count.has(name)) return response;
    const counter = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        loaded += chunk.byteLength;
        if (loaded - told > MILESTONE || loaded === total) post({ kind: "progress", loaded: (told = loaded), total });
        controller.enqueue(chunk);
      },
    });
    return new Response(response.body.pipeThrough(counter), { status: response.status, headers: response.headers });
  };
}

/** A learner's code must not reach what this site keeps in the browser. */
function takeStorageAway(): void {
  for (const name of ["indexedDB", "caches", "cookieStore", "BroadcastChannel", "SharedWorker", "Worker"]) {
    for (let owner: object | null = globalThis; owner; owner = Object.getPrototypeOf(owner) as object | null) {
      if (Object.hasOwn(owner, name)) Object.defineProperty(owner, name, { value: undefined, configurable: false });
    }
  }
  Object.defineProperty(navigator, "storage", { value: undefined });
}
