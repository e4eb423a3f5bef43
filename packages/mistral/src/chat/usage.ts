import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue } from '@ai-proxy/core';

/** Usage in OpenAI's words; nothing where none was stated. The cached part comes in three spellings and leaves in one. */
export function toUsage(usage: JsonValue | undefined): JsonObject | undefined {
  if (!isJsonObject(usage)) return undefined;
  const prompt = count(usage['prompt_tokens']) ?? 0;
  const completion = count(usage['completion_tokens']) ?? 0;
  const result: JsonObject = {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: count(usage['total_tokens']) ?? prompt + completion,
  };
  const cached = cachedTokens(usage);
  const details = usage['prompt_tokens_details'];
  if (cached !== undefined) result['prompt_tokens_details'] = { ...(isJsonObject(details) ? details : {}), cached_tokens: cached };
  if (isJsonObject(usage['completion_tokens_details'])) result['completion_tokens_details'] = usage['completion_tokens_details'];
  const seconds = count(usage['prompt_audio_seconds']);
  if (seconds !== undefined) result['prompt_audio_seconds'] = seconds;
  return result;
}

/** How much of the prompt came from the provider's cache, wherever that stands. */
export function cachedTokens(usage: JsonObject): number | undefined {
  for (const details of [usage['prompt_tokens_details'], usage['prompt_token_details']]) {
    const cached = isJsonObject(details) ? count(details['cached_tokens']) : undefined;
    if (cached !== undefined) return cached;
  }
  return count(usage['num_cached_tokens']);
}

function count(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' && value >= 0 ? value : undefined;
}
