import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject } from '@ai-proxy/core';
import type { Row } from '../../database/script.ts';

/** What a row has to hold and does not. Somebody else has written it: whoever reads it any further would only guess. */
export const nonsense = (what: string): TypeError => new TypeError(`a row of the table of keys has a wrong ${what}`);

export function readText(row: Row, name: string): string {
  const value = row[name];
  if (typeof value !== 'string' || value === '') throw nonsense(name);
  return value;
}

export const readMaybeText = (row: Row, name: string): string | undefined => (row[name] === null ? undefined : readText(row, name));

/** Whole numbers alone are kept. */
export function readNumber(row: Row, name: string): number {
  const value = row[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw nonsense(name);
  return value;
}

export const readMaybeNumber = (row: Row, name: string): number | undefined => (row[name] === null ? undefined : readNumber(row, name));

export function readFlag(row: Row, name: string): boolean {
  const value = row[name];
  if (value !== 0 && value !== 1) throw nonsense(name);
  return value === 1;
}

export function readBytes(row: Row, name: string): Uint8Array {
  const value = row[name];
  if (!(value instanceof Uint8Array)) throw nonsense(name);
  return value;
}

/** An object as JSON. */
export function readJson(row: Row, name: string): JsonObject {
  const value: unknown = parse(readText(row, name), name);
  if (!isJsonObject(value)) throw nonsense(name);
  return value;
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The text is not repeated: it may be anything.
    throw nonsense(name);
  }
}
