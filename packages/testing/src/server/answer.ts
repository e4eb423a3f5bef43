import type { JsonObject } from '@ai-proxy/core';

/** One event of a simulated stream. A string is written as it is, such as `[DONE]`. */
export interface StreamEvent {
  readonly event?: string;
  readonly data: JsonObject | string;
  /** How many tokens it carries; decides how long it takes at a given speed. */
  readonly tokens?: number;
}

/** What a caller must see of an answer that arrives whole: the measure for everything between. */
export interface Truth {
  /** The text of every choice, in order. */
  readonly texts: readonly string[];
  readonly thinking?: string;
  readonly toolCalls: readonly { readonly name: string; readonly arguments: string }[];
  readonly finishReason: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

interface AnswerHead {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly truth?: Truth;
}

/** An answer of a simulated server, before pacing and faults. */
export type Answer = JsonAnswer | BytesAnswer | StreamAnswer;

export interface JsonAnswer extends AnswerHead {
  readonly kind: 'json';
  readonly json: unknown;
}

export interface BytesAnswer extends AnswerHead {
  readonly kind: 'bytes';
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

export interface StreamAnswer extends AnswerHead {
  readonly kind: 'stream';
  readonly events: readonly StreamEvent[];
  /** The same answer as one document, for a server that gives that where a stream was asked for. */
  readonly whole?: unknown;
}

/** A JSON answer. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): JsonAnswer {
  return { kind: 'json', status, json: body, headers };
}
