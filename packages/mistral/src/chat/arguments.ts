import type { JsonValue } from '@ai-proxy/core';

/** Arguments of a call as OpenAI's string; a string is not touched. */
export function toArgumentsText(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}
