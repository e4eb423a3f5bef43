import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject } from '@ai-proxy/core';

/** Gives the calls of a conversation their ids, and their answers the ids of the calls that they answer. */
export interface ToolCallIds {
  called(id: string | undefined, name: string): string;
  answered(id: string | undefined, name: string | undefined): string;
}

/**
 * Ollama's calls may have no id, and its answers may name the tool, or nothing at all: an answer without an id belongs to the first call
 * that has none yet, of that name where there is one. Ids that are made up count through the conversation, so that they are the same at
 * every turn.
 */
export function createToolCallIds(messages: readonly JsonObject[]): ToolCallIds {
  const taken = new Set(messages.flatMap(idsOf));
  const open: { readonly id: string; readonly name: string }[] = [];
  let count = 0;

  function nextId(): string {
    let id: string;
    do id = `call_${count++}`;
    while (taken.has(id));
    return id;
  }

  function close(fits: (call: { readonly id: string; readonly name: string }) => boolean): string | undefined {
    const at = open.findIndex(fits);
    return at < 0 ? undefined : open.splice(at, 1)[0]?.id;
  }

  return {
    called(given, name) {
      const id = given ?? nextId();
      open.push({ id, name });
      return id;
    },
    answered(given, name) {
      if (given === undefined) return close((call) => name === undefined || call.name === name) ?? nextId();
      close((call) => call.id === given);
      return given;
    },
  };
}

function idsOf({ tool_call_id: answered, tool_calls: calls }: JsonObject): unknown[] {
  return [answered, ...(Array.isArray(calls) ? calls.filter(isJsonObject).map(({ id }) => id) : [])];
}
