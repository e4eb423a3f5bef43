import type { JsonValue } from '@ai-proxy/core';

/**
 * Why an answer ended, in OpenAI's words. Ollama says `stop` although tools were called; an answer that was cut is cut, whatever it had called by then.
 * Loading and unloading a model, and every word that OpenAI does not have, is an ordinary end.
 */
export function toFinishReason(reason: JsonValue | undefined, calledTools: boolean): string {
  if (reason === 'length') return 'length';
  return calledTools ? 'tool_calls' : 'stop';
}
