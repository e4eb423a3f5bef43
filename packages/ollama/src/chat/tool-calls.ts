import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue, ProviderCall } from '@ai-proxy/core';
import { unreadableAnswer } from '../errors/unreadable-answer.ts';
import { deepestNesting, isDeeperThan } from '../requests/json-depth.ts';

/** Ids that have gone out, for all answers of one call: several answers side by side are one answer to its caller. */
const idsOfCalls = new WeakMap<ProviderCall, Set<string>>();

/** Tool calls in OpenAI's form, each with an id of its own; what is no call is passed over. */
export function toToolCalls(calls: readonly JsonValue[], call: ProviderCall): JsonObject[] {
  return calls.filter(isJsonObject).map((entry) => {
    const called = isJsonObject(entry['function']) ? entry['function'] : {};
    const { name, arguments: written } = called;
    return {
      id: uniqueId(entry['id'], call),
      type: 'function',
      function: { name: typeof name === 'string' ? name : '', arguments: toArgumentsText(written) },
    };
  });
}

/** Arguments as OpenAI's string; what some server has already written as one is not touched. */
export function toArgumentsText(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '{}';
  if (isDeeperThan(value, deepestNesting)) {
    throw unreadableAnswer(`the provider called a tool with arguments that are nested deeper than ${deepestNesting} levels`);
  }
  return JSON.stringify(value);
}

/** The id that the server gave; old servers give none, and one that has gone out already is none. */
function uniqueId(given: JsonValue | undefined, call: ProviderCall): string {
  let ids = idsOfCalls.get(call);
  if (ids === undefined) {
    ids = new Set();
    idsOfCalls.set(call, ids);
  }
  let id = typeof given === 'string' ? given : '';
  // Made of the call's own id, which no other turn of the conversation shares.
  for (let number = ids.size; id === '' || ids.has(id); number += 1) id = `call_${call.id.replaceAll('-', '')}${number}`;
  ids.add(id);
  return id;
}
