import type { JsonObject } from '@ai-proxy/core';
import type { Answer } from '../server/answer.ts';
import type { Behaviour } from '../server/behaviour.ts';
import type { DeliveryStep } from './delivery-step.ts';
import type { EventEncoding } from './encode-events.ts';
import type { AnyFault } from './fault.ts';

/** What a server says of its own troubles. */
export interface ErrorDialect {
  /** Inside a 200. */
  readonly inside: JsonObject;
  readonly rateLimited: JsonObject;
  readonly loading: JsonObject;
}

/** Everything that decides how an answer goes out. */
export interface DeliveryOrder {
  readonly answer: Answer;
  readonly behaviour: Behaviour;
  readonly fault: AnyFault | undefined;
  readonly dialect: ErrorDialect;
  readonly encoding: EventEncoding;
  /** Headers of every answer. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

/** What a stream says of itself. */
export function streamHeaders({ framing }: EventEncoding): Readonly<Record<string, string>> {
  if (framing === 'ndjson') return { 'content-type': 'application/x-ndjson' };
  return { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };
}

/** The time that so many tokens take. */
export function pace(behaviour: Behaviour, tokens: number | undefined): DeliveryStep[] {
  if (behaviour.tokensPerSecond === undefined || tokens === undefined) return [];
  return [{ do: 'wait', ms: (1000 * tokens) / behaviour.tokensPerSecond }];
}

/** A piece of a body, one byte at a time. */
export function byteByByte(bytes: Uint8Array, events: number): DeliveryStep[] {
  return Array.from(bytes, (_, index): DeliveryStep[] => [
    { do: 'write', bytes: bytes.subarray(index, index + 1), events: index === bytes.length - 1 ? events : 0 },
    { do: 'wait', ms: 1 },
  ]).flat();
}

/** The steps that the words of a fault mean. */
export const endings: Readonly<Record<'clean' | 'cut' | 'reset', 'end' | 'cut' | 'reset'>> = { clean: 'end', cut: 'cut', reset: 'reset' };

export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function join(pieces: readonly Uint8Array[]): Uint8Array {
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
}
