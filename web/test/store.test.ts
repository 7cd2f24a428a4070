import assert from "node:assert/strict";
import { test } from "node:test";
import { VERSION, isNewer, parse } from "../src/store.ts";

test("nothing stored: the defaults", () => {
  assert.deepEqual(parse(null), { sideBySide: false });
});

test("what was stored comes back", () => {
  const settings = { language: "zh", sideBySide: true };
  assert.deepEqual(parse(JSON.stringify({ version: VERSION, settings })), settings);
});

for (const text of ["", "{", "null", "[]", "7", '"zh"', '{"settings":null}', '{"settings":{"language":"fr","sideBySide":"yes"}}']) {
  test(`what cannot be understood counts as absent: ${text || "the empty string"}`, () => {
    assert.deepEqual(parse(text), { sideBySide: false });
    assert.equal(isNewer(text), false);
  });
}

test("a later version of the state is recognised, and still read as far as possible", () => {
  const text = JSON.stringify({ version: VERSION + 1, settings: { language: "en", sideBySide: true, extra: 1 } });
  assert.equal(isNewer(text), true);
  assert.deepEqual(parse(text), { language: "en", sideBySide: true });
});
