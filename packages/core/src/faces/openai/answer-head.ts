import type { Call } from '../../call/call.ts';
import type { JsonObject } from '../../json/json.ts';

/** What every answer and every chunk of a stream begins with. */
export interface AnswerHead {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

const idPrefixes: Readonly<Record<string, string>> = { completions: 'cmpl-', moderations: 'modr-' };

/** The head of an output, with the proxy's own knowledge where the output does not say. */
export function readHead(output: JsonObject, call: Call, now: () => number): AnswerHead {
  const { id, created, model } = output;
  return {
    id: typeof id === 'string' && id !== '' ? id : `${idPrefixes[call.operation] ?? 'chatcmpl-'}${call.id}`,
    created: typeof created === 'number' ? Math.trunc(created) : now(),
    model: typeof model === 'string' && model !== '' ? model : (call.model ?? ''),
  };
}
