import { isJsonObject } from '@ai-proxy/core';
import type { Usage } from '@ai-proxy/core';
import { toCount } from '../chat/usage.ts';

/**
 * What an answer, or the last line of one, says it consumed; nothing where it says nothing. Ollama leaves out a count that is 0: beside the other one it
 * is known to be, and so are both where a model was only loaded.
 */
export function readNativeUsage(body: unknown): Usage | undefined {
  if (!isJsonObject(body)) return undefined;
  const { embeddings, embedding } = body;
  const input = toCount(body['prompt_eval_count']);
  if (Array.isArray(embeddings)) return { items: embeddings.length, ...(input === undefined ? {} : { inputTokens: input }) };
  if (Array.isArray(embedding)) return { items: embedding.length === 0 ? 0 : 1 };
  const output = toCount(body['eval_count']);
  const isIdle = body['done_reason'] === 'load' || body['done_reason'] === 'unload';
  if (input === undefined && output === undefined && !isIdle) return undefined;
  return { inputTokens: input ?? 0, outputTokens: output ?? 0 };
}
