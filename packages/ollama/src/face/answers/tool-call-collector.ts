import { isJsonObject } from '@ai-proxy/core';
import type { JsonValue } from '@ai-proxy/core';

/** A tool call that has come as a whole. */
export interface WholeCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** Puts the fragments of calls together: Ollama's clients know whole calls only. */
export interface ToolCallCollector {
  add(fragments: readonly JsonValue[]): void;
  /** The calls so far, in the order in which they began; a further question gives those that came since. */
  take(): readonly WholeCall[];
}

export function createToolCallCollector(): ToolCallCollector {
  let calls = new Map<JsonValue, { id: string; name: string; pieces: string[] }>();
  return {
    add(fragments) {
      fragments.forEach((fragment, position) => {
        if (!isJsonObject(fragment)) return;
        const key = fragment['index'] ?? position;
        const call = calls.get(key) ?? { id: '', name: '', pieces: [] };
        calls.set(key, call);
        const { id } = fragment;
        const called = isJsonObject(fragment['function']) ? fragment['function'] : {};
        // Some servers repeat both in every fragment.
        if (call.id === '' && typeof id === 'string') call.id = id;
        if (call.name === '' && typeof called['name'] === 'string') call.name = called['name'];
        if (typeof called['arguments'] === 'string') call.pieces.push(called['arguments']);
      });
    },
    take() {
      const whole = [...calls.values()].map(({ id, name, pieces }) => ({ id, name, arguments: pieces.join('') }));
      calls = new Map();
      return whole;
    },
  };
}
