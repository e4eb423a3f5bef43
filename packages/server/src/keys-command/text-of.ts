import type { JsonValue } from '@ai-proxy/core';

/** A field of an answer as text; `-` where there is none. */
export function textOf(value: JsonValue | undefined): string {
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map((one) => textOf(one)).join(',');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '-';
}
