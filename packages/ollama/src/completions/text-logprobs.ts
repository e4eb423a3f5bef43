import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { toObjects } from '../requests/field-rules.ts';

/** Chat's log probabilities in the older form, with lists side by side; null where there are none. Offsets count from the given one. */
export function toTextLogprobs(logprobs: JsonValue | undefined, offset: number): JsonObject | null {
  if (!isJsonObject(logprobs)) return null;
  const entries = toObjects(logprobs['content']);
  let at = offset;
  return {
    tokens: entries.map(({ token }) => token ?? ''),
    token_logprobs: entries.map(({ logprob }) => logprob ?? null),
    top_logprobs: entries.map(({ top_logprobs: top }) =>
      // Made from entries, because a token can be the name of something that objects inherit.
      Object.fromEntries(toObjects(top).map(({ token, logprob }) => [typeof token === 'string' ? token : '', logprob])),
    ),
    text_offset: entries.map(({ token }) => {
      const begin = at;
      if (typeof token === 'string') at += token.length;
      return begin;
    }),
  };
}
