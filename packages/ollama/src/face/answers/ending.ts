import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { toNanoseconds } from './clock.ts';

/** How long a call took, in milliseconds, as the proxy has seen it. */
export interface Spans {
  /** Until the first output. */
  readonly waiting: number;
  readonly total: number;
}

/**
 * How an answer ended: always with every number, because clients calculate with them. A provider does not say what its machine did when, so
 * that the times are those of the call here, and nothing was loaded.
 */
export function toEnding(finishReason: JsonValue | undefined, usage: JsonValue | undefined, { waiting, total }: Spans): JsonObject {
  const counts = isJsonObject(usage) ? usage : {};
  const first = toNanoseconds(waiting);
  const all = Math.max(first, toNanoseconds(total));
  return {
    done_reason: toDoneReason(finishReason),
    total_duration: all,
    load_duration: 0,
    prompt_eval_count: toCount(counts['prompt_tokens']),
    prompt_eval_duration: first,
    eval_count: toCount(counts['completion_tokens']),
    eval_duration: all - first,
  };
}

/** Ollama knows of no calls in its reasons. That an answer was cut or filtered is said as it is: as a good end it would be a lie. */
function toDoneReason(reason: JsonValue | undefined): string {
  return reason === 'length' || reason === 'content_filter' ? reason : 'stop';
}

/** A count, and 0 where nobody said one. */
export function toCount(value: JsonValue | undefined): number {
  return typeof value === 'number' && value >= 0 ? Math.trunc(value) : 0;
}
