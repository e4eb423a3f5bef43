import type { JsonValue } from '@ai-proxy/core';

/** A time of RFC 3339 as Unix seconds; nothing where it is none, or the zero of Ollama's clock, which lies before our era's. */
export function toUnixSeconds(time: JsonValue | undefined): number | undefined {
  if (typeof time !== 'string') return undefined;
  const milliseconds = Date.parse(time);
  return milliseconds > 0 ? Math.floor(milliseconds / 1000) : undefined;
}
