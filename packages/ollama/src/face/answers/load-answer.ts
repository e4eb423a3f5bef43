import type { JsonValue, ProxyError } from '@ai-proxy/core';
import { toTimestamp } from './clock.ts';
import type { AnswerForm } from './answer-line.ts';
import { toEnding } from './ending.ts';
import { immediateAnswer } from './immediate-answer.ts';

/**
 * What Ollama says to an empty conversation, which is how its clients load a model or take it out of memory. Here nothing has to be loaded.
 */
export function loadAnswer(form: AnswerForm, model: string, keepAlive: JsonValue | undefined): ProxyError {
  const unloads =
    typeof keepAlive === 'number' ? keepAlive === 0 : typeof keepAlive === 'string' && /^[-+]?0+(?:[a-zµ]+)?$/.test(keepAlive);
  return immediateAnswer({
    model,
    created_at: toTimestamp(Date.now()),
    ...(form === 'chat' ? { message: { role: 'assistant', content: '' } } : { response: '' }),
    done: true,
    ...toEnding(undefined, undefined, { waiting: 0, total: 0 }),
    done_reason: unloads ? 'unload' : 'load',
  });
}
