import { isJsonObject, ProxyError } from '@ai-proxy/core';
import type { JsonValue } from '@ai-proxy/core';

/** An object that a request names in its body. */
export interface Reference {
  readonly kind: string;
  readonly id: string;
  /** Where: `document.file_id`. */
  readonly param: string;
}

/** Texts of the caller's own that no provider reads as references: what an application keeps with an object, and descriptions of functions and answers. */
const opaque: ReadonlySet<string> = new Set(['metadata', 'parameters', 'schema']);

/** No body that the proxy reads by itself is deeper; the lines of a file could be. */
const deepest = 300;

const tooDeep = (): ProxyError =>
  new ProxyError(`A request is nested more than ${deepest} levels deep.`, { status: 400, code: 'invalid_json', source: 'caller' });

/** Every object that a body refers to, in whatever depth, by the names of its fields. What is no text where one is due is left to the provider to refuse. */
export function findReferences(body: JsonValue | undefined, names: Readonly<Record<string, string>>): readonly Reference[] {
  const found: Reference[] = [];

  function take(kind: string, value: JsonValue | undefined, param: string, depth: number): void {
    if (typeof value === 'string') found.push({ kind, id: value, param });
    else if (Array.isArray(value)) value.forEach((one, index) => take(kind, one, `${param}[${index}]`, depth + 1));
    // Some lists hold the id with something beside it.
    else if (isJsonObject(value)) look(value, param, depth);
  }

  function look(value: JsonValue | undefined, place: string, depth: number): void {
    if (depth > deepest) throw tooDeep();
    if (Array.isArray(value)) {
      value.forEach((one, index) => look(one, `${place}[${index}]`, depth + 1));
      return;
    }
    if (!isJsonObject(value)) return;
    for (const [name, inner] of Object.entries(value)) {
      if (opaque.has(name)) continue;
      const param = place === '' ? name : `${place}.${name}`;
      const kind = Object.hasOwn(names, name) ? names[name] : undefined;
      if (kind === undefined) look(inner, param, depth + 1);
      else take(kind, inner, param, depth + 1);
    }
  }

  look(body, '', 0);
  return found;
}

/**
 * Whether bytes may hold a reference, told without reading them: most requests hold none. A name may be written with escapes, and twice in one object; what
 * goes up is then written anew from what was read, so that nobody reads it otherwise than it was checked.
 */
export function mayRefer(bytes: Uint8Array, names: Readonly<Record<string, string>>): boolean {
  const text = new TextDecoder('latin1').decode(bytes);
  // Every escaped letter, digit or underscore begins like this.
  return /\\u00[2-7]/i.test(text) || Object.keys(names).some((name) => text.includes(`"${name}"`));
}
