import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { toArgumentsText } from '../arguments.ts';
import { givenId } from '../generated-id.ts';

interface StreamedCall {
  readonly number: number;
  id: string | undefined;
  named: boolean;
  announced: boolean;
}

/** Turns the fragments of one choice's tool calls into fragments that every client can put together. */
export interface ToolCallNumbering {
  /** The fragments of one delta; those that say nothing new are left out. */
  read(fragments: readonly JsonValue[]): JsonObject[];
}

/**
 * Tells calls apart by their id first, then by their index, then by order: some servers send every call with the index 0, some send
 * none, and some continue a call without its id. A name is handed on once, because clients append what they get.
 */
export function createToolCallNumbering(generateId: (number: number) => string): ToolCallNumbering {
  const byId = new Map<string, StreamedCall>();
  const byIndex = new Map<number, StreamedCall>();
  const taken = new Set<number>();
  let latest: StreamedCall | undefined;

  function open(id: string | undefined, index: number | undefined): StreamedCall {
    let number = index ?? 0;
    while (taken.has(number)) number += 1;
    taken.add(number);
    return { number, id, named: false, announced: false };
  }

  function resolve(id: string | undefined, index: number | undefined, hasName: boolean): StreamedCall {
    if (id !== undefined) {
      const known = byId.get(id);
      if (known !== undefined) return known;
      const atIndex = index === undefined ? undefined : byIndex.get(index);
      const call = atIndex !== undefined && atIndex.id === undefined ? atIndex : open(id, index);
      call.id = id;
      byId.set(id, call);
      if (index !== undefined) byIndex.set(index, call);
      return call;
    }
    if (index !== undefined) {
      let call = byIndex.get(index);
      if (call === undefined) {
        call = open(undefined, index);
        byIndex.set(index, call);
      }
      return call;
    }
    return latest === undefined || hasName ? open(undefined, undefined) : latest;
  }

  return {
    read(fragments) {
      const result: JsonObject[] = [];
      for (const fragment of fragments) {
        if (!isJsonObject(fragment)) continue;
        const called = isJsonObject(fragment['function']) ? fragment['function'] : {};
        const name = typeof called['name'] === 'string' && called['name'] !== '' ? called['name'] : undefined;
        const index = fragment['index'];
        const call = resolve(givenId(fragment['id']), isPosition(index) ? index : undefined, name !== undefined);
        latest = call;
        const newName = call.named ? undefined : name;
        const written = toArgumentsText(called['arguments']);
        if (newName !== undefined) call.named = true;
        if (!call.announced) {
          call.announced = true;
          result.push({
            index: call.number,
            id: call.id ?? generateId(call.number),
            type: 'function',
            function: newName === undefined ? { arguments: written } : { name: newName, arguments: written },
          });
        } else if (newName !== undefined) result.push({ index: call.number, function: { name: newName, arguments: written } });
        else if (written !== '') result.push({ index: call.number, function: { arguments: written } });
      }
      return result;
    },
  };
}

function isPosition(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
