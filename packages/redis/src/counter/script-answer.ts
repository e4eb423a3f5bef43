import type { Refusal, WindowReading } from '@ai-proxy/core';

/** An answer that holds other things than the scripts give: somebody else's. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';

  constructor() {
    super('the answer of a script is not one that it gives');
  }
}

/** What a script says came of it; each then tells more in its own way. */
export function readAnswer(answer: unknown): { readonly kind: string; readonly first: unknown; readonly second: unknown } {
  const [kind, first, second] = toList(answer);
  return { kind: String(kind), first, second };
}

/** How windows stand, in the order of their keys; nothing for a sum that is missing. */
export function readReadings(answer: unknown, keys: readonly string[]): readonly (WindowReading | undefined)[] {
  const readings = toList(answer);
  return keys.map((key, index) => {
    const [used, reserved, resetIn, openedAt] = toList(readings[index]).map(toNumber);
    if (used === undefined || reserved === undefined || resetIn === undefined || openedAt === undefined) throw new UnreadableAnswer();
    return openedAt < 0 ? undefined : { key, used, reserved, resetIn, openedAt };
  });
}

export function readRefusals(answer: unknown, keys: readonly string[]): readonly Refusal[] {
  return toList(answer).map((refusal) => {
    const [index, retryIn] = toList(refusal).map(toNumber);
    if (index === undefined || retryIn === undefined) throw new UnreadableAnswer();
    return { key: keyAt(keys, index), retryIn: retryIn < 0 ? undefined : retryIn };
  });
}

export const readMissing = (answer: unknown, keys: readonly string[]): readonly string[] =>
  toList(answer).map((index) => keyAt(keys, toNumber(index)));

/** Lua counts from one. */
function keyAt(keys: readonly string[], index: number): string {
  const key = keys[index - 1];
  if (key === undefined) throw new UnreadableAnswer();
  return key;
}

function toList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new UnreadableAnswer();
  return value;
}

/** Amounts come as text, and clients can be told to give all numbers so. */
function toNumber(value: unknown): number {
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw new UnreadableAnswer();
  return number;
}
