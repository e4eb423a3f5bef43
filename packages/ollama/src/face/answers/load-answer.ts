import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { toTimestamp } from './clock.ts';
import type { AnswerForm } from './answer-line.ts';
import { toEnding } from './ending.ts';

/**
 * What Ollama says to an empty conversation, which is how its clients load a model or take it out of memory. Here nothing has to be loaded.
 */
export function loadAnswer(form: AnswerForm, model: string, keepAlive: JsonValue | undefined): JsonObject {
  const unloads =
    typeof keepAlive === 'number' ? keepAlive === 0 : typeof keepAlive === 'string' && /^[-+]?0+(?:[a-zµ]+)?$/.test(keepAlive);
  return {
    model,
    created_at: toTimestamp(Date.now()),
    ...(form === 'chat' ? { message: { role: 'assistant', content: '' } } : { response: '' }),
    done: true,
    ...toEnding(undefined, undefined, { waiting: 0, total: 0 }),
    done_reason: unloads ? 'unload' : 'load',
  };
}
