import type { JsonValue } from '@ai-proxy/core';

const units: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };

/** A stay in memory in seconds, negative for ever, or what Go says of a text that is no duration. */
export type ParsedDuration = { readonly seconds: number } | { readonly refused: string };

/** Reads `keep_alive`: a number of seconds, or a duration as Go writes it. */
export function parseKeepAlive(value: JsonValue): ParsedDuration {
  if (typeof value === 'number') return { seconds: value < 0 ? -1 : value };
  if (typeof value !== 'string') return { refused: `Unsupported type: '${Array.isArray(value) ? '[]interface {}' : goKind(value)}'` };
  // A bare -1 is what many callers send, from a time when it was a number.
  if (value === '-1') return { seconds: -1 };
  const sign = value.startsWith('-') ? -1 : 1;
  const text = value.replace(/^[+-]/u, '');
  if (text === '0') return { seconds: 0 };
  const parts = [...text.matchAll(/(\d+\.?\d*|\.\d+)([^\d.]*)/gu)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text) return { refused: `time: invalid duration ${quoted(value)}` };
  let seconds = 0;
  for (const [, count = '', unit = ''] of parts) {
    if (unit === '') return { refused: `time: missing unit in duration ${quoted(value)}` };
    const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
    if (factor === undefined) return { refused: `time: unknown unit ${quoted(unit)} in duration ${quoted(value)}` };
    seconds += Number(count) * factor;
  }
  return { seconds: sign < 0 && seconds > 0 ? -1 : seconds };
}

function goKind(value: JsonValue): string {
  return typeof value === 'boolean' ? 'bool' : 'map[string]interface {}';
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
