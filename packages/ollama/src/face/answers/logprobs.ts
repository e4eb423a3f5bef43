import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { toObjects } from '../../requests/field-rules.ts';

/** Log probabilities as Ollama lists them, from OpenAI's chat or from its older completions; empty where there are none. */
export function fromLogprobs(logprobs: JsonValue | undefined): JsonObject[] {
  if (!isJsonObject(logprobs)) return [];
  return Array.isArray(logprobs['tokens']) ? fromLists(logprobs, logprobs['tokens']) : toObjects(logprobs['content']).map(fromEntry);
}

function fromEntry(entry: JsonObject): JsonObject {
  const alternatives = toObjects(entry['top_logprobs']);
  return { ...toToken(entry), ...(alternatives.length > 0 ? { top_logprobs: alternatives.map(toToken) } : {}) };
}

function toToken({ token, logprob, bytes }: JsonObject): JsonObject {
  return { token: token ?? '', logprob: logprob ?? 0, ...(Array.isArray(bytes) ? { bytes } : {}) };
}

/** The older form has its lists side by side, and the alternatives as objects by token. */
function fromLists(logprobs: JsonObject, tokens: readonly JsonValue[]): JsonObject[] {
  const { token_logprobs: values, top_logprobs: tops } = logprobs;
  return tokens.map((token, index) => {
    const top = Array.isArray(tops) ? tops[index] : undefined;
    const alternatives = isJsonObject(top) ? Object.entries(top).map(([other, logprob]) => ({ token: other, logprob: logprob ?? 0 })) : [];
    return {
      token,
      logprob: (Array.isArray(values) ? values[index] : undefined) ?? 0,
      ...(alternatives.length > 0 ? { top_logprobs: alternatives } : {}),
    };
  });
}
