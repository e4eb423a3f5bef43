import { isJsonObject } from '@ai-proxy/core';
import type { JsonValue } from '@ai-proxy/core';

/** Content in OpenAI's two fields. */
export interface SplitContent {
  readonly text: string;
  readonly thinking: string;
}

/**
 * Splits a list of Mistral's chunks into what is said and what is thought. Several thinking chunks are joined by `between`: a newline
 * in whole answers, nothing in streams, where a chunk is a piece of one thought. References hold no text of their own.
 */
export function splitContent(chunks: readonly JsonValue[], between: string): SplitContent {
  let text = '';
  let thinking: string | undefined;
  for (const chunk of chunks) {
    if (typeof chunk === 'string') text += chunk;
    if (!isJsonObject(chunk)) continue;
    if (chunk['type'] === 'text' && typeof chunk['text'] === 'string') text += chunk['text'];
    else if (chunk['type'] === 'thinking') {
      const thought = thoughtText(chunk['thinking']);
      thinking = thinking === undefined ? thought : thinking + between + thought;
    }
  }
  return { text, thinking: thinking ?? '' };
}

function thoughtText(thinking: JsonValue | undefined): string {
  if (typeof thinking === 'string') return thinking;
  if (!Array.isArray(thinking)) return '';
  let text = '';
  for (const part of thinking) {
    if (isJsonObject(part) && typeof part['text'] === 'string') text += part['text'];
  }
  return text;
}
