/** The reader's state in this browser: one schema with a version, one place that reads and writes it. */

export type Language = "zh" | "en";

export interface Settings {
  /** Chosen by the reader; undefined until then. */
  language?: Language;
  sideBySide: boolean;
}

interface State {
  version: number;
  settings: Settings;
}

export const VERSION = 1;
export const KEY = "side-by-side";
const DEFAULTS: Settings = { sideBySide: false };

/** What is stored, as far as it can be understood: anything else counts as absent. */
export function parse(text: string | null): Settings {
  try {
    const { settings } = JSON.parse(text ?? "{}") as Partial<State>;
    const language = settings?.language;
    return {
      sideBySide: settings?.sideBySide === true,
      ...(language === "zh" || language === "en" ? { language } : {}),
    };
  } catch {
    return DEFAULTS;
  }
}

/** True if a later version of the site wrote `text`: it must not be overwritten by this one. */
export function isNewer(text: string | null): boolean {
  try {
    return (JSON.parse(text ?? "{}") as Partial<State>).version! > VERSION;
  } catch {
    return false;
  }
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage is forbidden
  }
}

let settings = parse(stored());
const listeners = new Set<(settings: Settings) => void>();

export const read = (): Settings => settings;

/** Change some settings and tell everyone; they last for the visit even where nothing can be stored. */
export function change(some: Partial<Settings>): void {
  settings = { ...settings, ...some };
  if (!isNewer(stored())) {
    try {
      localStorage.setItem(KEY, JSON.stringify({ version: VERSION, settings } satisfies State));
    } catch {
      // Storage is full or forbidden.
    }
  }
  listeners.forEach((listener) => listener(settings));
}

export function onChange(listener: (settings: Settings) => void): void {
  listeners.add(listener);
}

globalThis.addEventListener?.("storage", (event) => {
  if (event.key !== KEY) return;
  settings = parse(event.newValue);
  listeners.forEach((listener) => listener(settings));
});
