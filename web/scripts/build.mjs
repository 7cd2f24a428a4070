// Bundles the page's script and style into build/web/, which the site mounts at web/ in both languages.
//   boot.js      runs before the first paint (colour scheme), plain script
//   course.js    the entry, a module; everything heavy is a lazy chunk under chunks/, named by its content
//   course.css   all of the style
//   math.css     KaTeX's style, for pages with formulas
//   runtime-worker.js   Python in the page; loaded by the first run
//   root.js      the redirect of the site's root page
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const web = join(import.meta.dirname, "..");
const out = process.argv[2] ?? join(web, "../build/web");
const shared = {
  bundle: true,
  minify: true,
  target: ["chrome100", "firefox100", "safari15.4"],
  legalComments: "none",
  logLevel: "warning",
  absWorkingDir: web,
};

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await Promise.all([
  build({ ...shared, entryPoints: ["src/boot.ts", "src/root.ts"], format: "iife", outdir: out }),
  build({
    ...shared,
    entryPoints: { course: "src/course.ts" },
    format: "esm",
    splitting: true,
    outdir: out,
    chunkNames: "chunks/[name]-[hash]",
    assetNames: "chunks/[name]-[hash]",
    loader: { ".woff2": "file", ".woff": "file", ".ttf": "file" },
  }),
  build({ ...shared, entryPoints: { "runtime-worker": "src/runtime/worker.ts" }, format: "esm", outdir: out }),
  build({ ...shared, entryPoints: { course: "css/course.css", root: "css/root.css" }, outdir: out, external: ["*.svg"] }),
  build({
    ...shared,
    entryPoints: { math: "katex/dist/katex.min.css" }, // loaded by src/lazy/math.ts
    outdir: out,
    assetNames: "chunks/[name]-[hash]",
    loader: { ".woff2": "file", ".woff": "empty", ".ttf": "empty" }, // every browser we target reads woff2
  }),
]);
cpSync(join(web, "img"), join(out, "img"), { recursive: true });
