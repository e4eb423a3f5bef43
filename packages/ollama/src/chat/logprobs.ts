import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue } from '@ai-proxy/core';

/** Log probabilities in OpenAI's form; null where there are none. */
export function toChatLogprobs(logprobs: readonly JsonValue[]): JsonObject | null {
  if (logprobs.length === 0) return null;
  const content = logprobs.filter(isJsonObject).map((entry) => {
    const { top_logprobs: top } = entry;
    return { ...toToken(entry), top_logprobs: Array.isArray(top) ? top.filter(isJsonObject).map(toToken) : [] };
  });
  return { content, refusal: null };
}

function toToken({ token, logprob, bytes }: JsonObject): JsonObject {
  return {
    token: typeof token === 'string' ? token : '',
    logprob: typeof logprob === 'number' ? logprob : 0,
    bytes: Array.isArray(bytes) ? bytes : null,
  };
}
