// Turns the interface's strings, curriculum/strings/<component>.yml, into src/strings/<component>.json.
// A component's module imports its own file only, so that a page loads no words it does not show; the type
// checker knows the keys from the JSON. That both languages are complete is checked here and by `courseware check`.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse } from "yaml";

const source = join(import.meta.dirname, "../../curriculum/strings");
const target = join(import.meta.dirname, "../src/strings");
const faults = [];

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const file of readdirSync(source).filter((name) => name.endsWith(".yml"))) {
  const strings = parse(readFileSync(join(source, file), "utf8"));
  for (const [key, text] of Object.entries(strings)) {
    const languages = text && typeof text === "object" ? Object.keys(text).sort().join() : typeof text;
    if (languages !== "en,zh" || !text.zh || !text.en) faults.push(`curriculum/strings/${file}: ${key} needs zh and en`);
  }
  writeFileSync(join(target, `${basename(file, ".yml")}.json`), JSON.stringify(strings));
}
if (faults.length) {
  console.error(faults.join("\n"));
  process.exit(1);
}
