import type { JsonValue, ProviderCall } from '@ai-proxy/core';
import { toShortId } from './request/short-id.ts';

/** The id that a provider gave to a tool call; nothing where it gave none. Mistral's own SDK writes a missing one as the word null. */
export function givenId(id: JsonValue | undefined): string | undefined {
  return typeof id === 'string' && id !== '' && id !== 'null' ? id : undefined;
}

/** An id for a tool call that came without one; the same for the same place in the same call. */
export function generateToolCallId(call: ProviderCall, choice: number, position: number): string {
  return toShortId(`${call.id}\u0000${choice}\u0000${position}`);
}
