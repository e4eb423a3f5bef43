import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject } from '@ai-proxy/core';

/** Whether the data of an event is the mark at the end of OpenAI's streams. */
export function isDoneMark(data: string): boolean {
  // The first character settles it for nearly every event.
  const first = data.charCodeAt(0);
  if (first === 0x7b) return false;
  return data.trim() === '[DONE]';
}

/** The object in the data of an event; nothing where there is none. */
export function parseObject(data: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
