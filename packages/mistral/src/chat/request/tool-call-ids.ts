import { isJsonObject } from '@ai-proxy/core';
import type { JsonValue } from '@ai-proxy/core';
import { isShortId, toShortId } from './short-id.ts';

/** Gives each id of one request the id that goes up in its place. */
export type ToolCallIds = (id: string) => string;

/**
 * Mistral takes ids of exactly nine letters and digits. Ids of that form are kept; others are hashed, the same way every time, so that
 * a caller who sends his history again gets the same ids again and no table has to be kept. Two ids never become one: a taken id is
 * hashed anew.
 */
export function createToolCallIds(messages: readonly JsonValue[]): ToolCallIds {
  // Ids that are kept are taken from the start, whether they come before or after one that is hashed.
  const taken = new Set<string>(shortIdsIn(messages));
  const assigned = new Map<string, string>();
  return (id) => {
    if (isShortId(id)) return id;
    const known = assigned.get(id);
    if (known !== undefined) return known;
    let short = toShortId(id);
    for (let bump = 1; taken.has(short); bump += 1) short = toShortId(`${id}\u0000${bump}`);
    taken.add(short);
    assigned.set(id, short);
    return short;
  };
}

function* shortIdsIn(messages: readonly JsonValue[]): Generator<string> {
  for (const message of messages) {
    if (!isJsonObject(message)) continue;
    const answered = message['tool_call_id'];
    if (typeof answered === 'string' && isShortId(answered)) yield answered;
    const calls = message['tool_calls'];
    if (!Array.isArray(calls)) continue;
    for (const call of calls) {
      const id = isJsonObject(call) ? call['id'] : undefined;
      if (typeof id === 'string' && isShortId(id)) yield id;
    }
  }
}
