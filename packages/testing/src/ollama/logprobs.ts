import type { JsonObject } from '@ai-proxy/core';
import { tokensOf } from '../content/tokens.ts';

/** The probabilities of a text's tokens, each with so many alternatives. Made up, but of the right form. */
export function logprobsOf(text: string, alternatives: number): JsonObject[] {
  return tokensOf(text).map((token) => {
    const likely = entry(token, -0.125);
    if (alternatives === 0) return likely;
    const others = Array.from({ length: alternatives - 1 }, (_, rank) => entry(`${token}${rank + 1}`, -1.5 - rank));
    return { ...likely, top_logprobs: [likely, ...others] };
  });
}

function entry(token: string, logprob: number): JsonObject {
  return { token, logprob, bytes: [...new TextEncoder().encode(token)] };
}
