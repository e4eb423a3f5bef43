import type { JsonObject, JsonValue } from '@ai-proxy/core';

/** Usage in OpenAI's words; Ollama leaves out a count that is 0. */
export function toUsage(line: JsonObject): JsonObject {
  const prompt = toCount(line['prompt_eval_count']) ?? 0;
  const completion = toCount(line['eval_count']) ?? 0;
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

/** A count, where there is one. */
export function toCount(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' && value >= 0 ? value : undefined;
}
