/** What Material for MkDocs puts on `window`, as far as it is used here. */
interface Observable<T> {
  subscribe(next: (value: T) => void): { unsubscribe(): void };
}

interface Window {
  /** Emits at load and after every instant navigation, once the new page is in the document. */
  document$: Observable<Document>;
  __md_scope: URL;
  __md_hash(text: string): number;
  __md_get<T>(key: string, storage?: Storage, scope?: URL): T | null;
  __md_set(key: string, value: unknown, storage?: Storage, scope?: URL): void;
}
