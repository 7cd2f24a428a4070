/** What the page and its worker say to each other. One block runs at a time. */

export interface Manifest {
  pyodide: Folder;
  packages: Folder;
  /** SHA-256 of the archive, hexadecimal. */
  sha256: string;
  versions: Record<string, string>;
}

interface Folder {
  folder: string;
  /** Bytes of each file, uncompressed. */
  files: Record<string, number>;
}

export type Request =
  | { kind: "start"; base: string; manifest: Manifest; labels: Record<string, string>; interrupts: SharedArrayBuffer | null }
  | { kind: "run"; id: number; lesson: string; block: string; code: string }
  | { kind: "stop" }
  | { kind: "forget"; lesson: string };

export type MimeBundle = Record<string, unknown>;

export interface Failure {
  name: string;
  message: string;
  traceback: string;
  /** Where the lesson's own code stood: block, and line from 1. */
  block: string | null;
  line: number | null;
}

export type Output =
  | { kind: "stream"; name: "stdout" | "stderr"; text: string }
  | { kind: "data"; bundle: MimeBundle }
  | { kind: "error"; error: Failure };

export type Message =
  | { kind: "progress"; loaded: number; total: number }
  /** `threads`: whether threads run concurrently here. */
  | { kind: "ready"; threads: boolean }
  | { kind: "output"; id: number; output: Output }
  | { kind: "done"; id: number }
  /** Answer to "stop": whether something was waiting, so that it could be cancelled. */
  | { kind: "stopping"; waiting: boolean }
  /** The interpreter cannot go on; this worker is of no more use. */
  | { kind: "crash"; reason: string };
