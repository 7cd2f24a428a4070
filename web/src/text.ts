import type { Language } from "./store.ts";

export const language: Language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
export const other: Language = language === "zh" ? "en" : "zh";

type Strings = Record<string, Record<Language, string>>;

/**
 * `t("site.copy")` for the strings of one component; `{name}` in a string is replaced by `values.name`.
 * The keys are typed by the component's JSON, so that a missing one does not compile.
 */
export function translator<const C extends string, S extends Strings>(component: C, strings: S) {
  return (key: `${C}.${keyof S & string}`, values: Record<string, string | number> = {}): string => {
    const text = strings[key.slice(component.length + 1)]![language];
    return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
  };
}

/** A small element builder: attributes by name, children as text or nodes. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | boolean> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}
