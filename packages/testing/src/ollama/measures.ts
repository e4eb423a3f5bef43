import type { JsonObject } from '@ai-proxy/core';

/** Counts, and durations in nanoseconds. Whatever is zero is left out, as Go leaves it out. */
export function measuresOf(
  { promptTokens, completionTokens }: { readonly promptTokens: number; readonly completionTokens: number },
  warm: boolean,
): JsonObject {
  const load = warm ? 21_345_678 : 1_234_567_890;
  const prompt = promptTokens * 2_000_003;
  const evaluation = completionTokens * 20_000_017;
  return withoutZeros({
    total_duration: load + prompt + evaluation + 1_000_009,
    load_duration: load,
    prompt_eval_count: promptTokens,
    prompt_eval_duration: prompt,
    eval_count: completionTokens,
    eval_duration: evaluation,
  });
}

export function withoutZeros(counts: Readonly<Record<string, number>>): JsonObject {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
}
