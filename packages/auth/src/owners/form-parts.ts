import { ProxyError } from '@ai-proxy/core';

/** Bytes that may go up, once the field that they hold has been found to be good. */
export interface FormPiece {
  readonly bytes: Uint8Array;
  readonly field?: { readonly name: string; readonly value: string };
}

/** Takes a form apart as it comes. Throws where it is not written as every reader of forms reads it. */
export interface PartReader {
  push(chunk: Uint8Array): Iterable<FormPiece>;
  /** The body has ended. */
  end(): void;
}

const longestHead = 8 * 1024;
const longestField = 512;
const encoder = new TextEncoder();
const headEnd = encoder.encode('\r\n\r\n');
/** The one spelling in which clients write it; a name in another could be read as one that is looked for. */
const disposition =
  /^content-disposition:\s*form-data;\s*name="([^"\\\r\n%]*)"(?:;\s*filename="(?:[^"\\\r\n]|\\.)*")?(?:;\s*filename\*=[\w'%.!~-]+)?\s*$/i;

/** `names`: the fields whose values are told, and held until then. */
export function createPartReader(boundary: string, names: ReadonlySet<string>): PartReader {
  const delimiter = encoder.encode(`\r\n--${boundary}`);
  // The first delimiter has no line break before it: one is put there, and never goes up.
  let pending: Uint8Array = encoder.encode('\r\n');
  let madeUp = 2;
  let state: 'start' | 'after' | 'head' | 'body' | 'field' | 'over' = 'start';
  let name = '';

  /** Takes bytes off the front; what was made up is left out. */
  function take(count: number): Uint8Array {
    const bytes = pending.slice(Math.min(madeUp, count), count);
    madeUp = Math.max(0, madeUp - count);
    pending = pending.subarray(count);
    return bytes;
  }

  /** What can be told of the pending bytes; nothing where more are needed. */
  function step(): FormPiece | undefined {
    switch (state) {
      case 'start': {
        if (pending.byteLength < delimiter.byteLength) return undefined;
        if (find(pending, delimiter) !== 0) throw unreadable('it does not begin with its boundary');
        state = 'after';
        return { bytes: take(delimiter.byteLength) };
      }
      case 'after': {
        if (pending.byteLength < 2) return undefined;
        const [first, second] = pending;
        if (first === dash && second === dash) state = 'over';
        else if (first === carriageReturn && second === lineFeed) state = 'head';
        else throw unreadable('something follows a boundary on its line');
        return { bytes: take(2) };
      }
      case 'head': {
        const at = find(pending, headEnd);
        if (at === -1 && pending.byteLength <= longestHead) return undefined;
        if (at === -1 || at > longestHead) throw unreadable('the head of a part is too long');
        name = nameOf(new TextDecoder().decode(pending.subarray(0, at)));
        // To some readers the break after the head belongs to the boundary, to others not.
        if (find(pending, delimiter, at + 2) === at + 2) throw unreadable('a part begins with the boundary');
        if (pending.byteLength < at + 2 + delimiter.byteLength) return undefined;
        state = names.has(name) ? 'field' : 'body';
        // A reference is held with its head: what is refused has not begun.
        return state === 'field' ? { bytes: none } : { bytes: take(at + headEnd.byteLength - (state === 'body' ? 2 : 0)) };
      }
      case 'body': {
        const at = find(pending, delimiter);
        if (at !== -1) {
          state = 'after';
          return { bytes: take(at + delimiter.byteLength) };
        }
        const sure = pending.byteLength - delimiter.byteLength + 1;
        return sure > 0 ? { bytes: take(sure) } : undefined;
      }
      case 'field': {
        const from = find(pending, headEnd) + headEnd.byteLength;
        const at = find(pending, delimiter, from - 2);
        if (at === -1 && pending.byteLength - from <= longestField) return undefined;
        if (at === -1 || at - from > longestField) throw unreadable(`"${name}" is too long`);
        const value = new TextDecoder().decode(pending.subarray(from, Math.max(from, at)));
        state = 'after';
        return { bytes: take(at + delimiter.byteLength), field: { name, value } };
      }
      case 'over':
        // What follows the end is no part of a form.
        pending = none;
        return undefined;
    }
  }

  return {
    *push(chunk) {
      pending = pending.byteLength === 0 ? chunk : join(pending, chunk);
      for (let piece = step(); piece; piece = step()) yield piece;
    },
    end() {
      if (state !== 'over') throw unreadable('it ends before its last boundary');
    },
  };
}

const none = new Uint8Array();
const dash = 0x2d;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;

function nameOf(head: string): string {
  const lines = head.split('\r\n');
  const found = lines.filter((line) => /^\s*content-disposition/i.test(line));
  const [, name] = disposition.exec(found[0] ?? '') ?? [];
  if (found.length !== 1 || name === undefined || lines.some((line) => !/^[\w-]+:[^\r\n]*$/.test(line))) {
    throw unreadable('a part does not say its name as: Content-Disposition: form-data; name="…"');
  }
  return name;
}

function find(bytes: Uint8Array, wanted: Uint8Array, from = 0): number {
  const [first = 0] = wanted;
  const last = bytes.length - wanted.length;
  for (let at = bytes.indexOf(first, from); at !== -1 && at <= last; at = bytes.indexOf(first, at + 1)) {
    let length = 1;
    while (length < wanted.length && bytes[at + length] === wanted[length]) length += 1;
    if (length === wanted.length) return at;
  }
  return -1;
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.byteLength + second.byteLength);
  joined.set(first);
  joined.set(second, first.byteLength);
  return joined;
}

const unreadable = (reason: string): ProxyError =>
  new ProxyError(`The form of this request cannot be read: ${reason}.`, { status: 400, code: 'invalid_body', source: 'caller' });
