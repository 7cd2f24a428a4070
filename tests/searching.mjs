// Asks Material's own search worker (the one that the site ships) in Node:
//   node searching.mjs <site of one language> < ["query", …]   →   {"query": ["page/", …], …}
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { createContext, runInContext } from "node:vm";

const site = process.argv[2];
const folder = join(site, "assets/javascripts/workers");
const worker = join(folder, readdirSync(folder).find((name) => /^search\..*\.js$/.test(name)));
const queries = JSON.parse(readFileSync(0, "utf8"));

let listener, answered;
const scope = {
  console: { ...console, warn: () => {} },
  URL,
  location: { href: "http://localhost/", search: "" },
  addEventListener: (_, handler) => (listener = handler),
  postMessage: (message) => answered(message),
  importScripts: (...paths) => paths.forEach((path) => run(join(dirname(worker), path))),
};
scope.self = scope;
createContext(scope);

function run(path) {
  runInContext(readFileSync(path, "utf8"), scope, { filename: path });
}

function ask(type, data) {
  return new Promise((resolve) => {
    answered = resolve;
    listener({ data: { type, data } });
  });
}

const SETUP = 0, QUERY = 2;
run(worker);
const index = JSON.parse(readFileSync(join(site, "search/search_index.json"), "utf8"));
await ask(SETUP, { ...index, options: { suggest: false } });
const found = {};
for (const query of queries) {
  const { data } = await ask(QUERY, query);
  found[query] = [...new Set(data.items.flat().filter(({ score }) => score > 0).map(({ location }) => location.split("#")[0]))];
}
process.stdout.write(JSON.stringify(found));
