import { isJsonObject } from '@ai-proxy/core';
import type { Usage } from '@ai-proxy/core';
import { toCount } from '../chat/usage.ts';

/** What an answer, or the last line of one, says it consumed; nothing where it says nothing. */
export function readNativeUsage(body: unknown): Usage | undefined {
  if (!isJsonObject(body)) return undefined;
  const input = toCount(body['prompt_eval_count']);
  const output = toCount(body['eval_count']);
  if (input === undefined && output === undefined) return undefined;
  return { ...(input === undefined ? {} : { inputTokens: input }), ...(output === undefined ? {} : { outputTokens: output }) };
}
