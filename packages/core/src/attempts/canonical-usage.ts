import type { Usage } from '../call/usage.ts';
import { isJsonObject } from '../json/json.ts';

/** Reads OpenAI's `usage` of an answer or a chunk; nothing where there is none. */
export function canonicalUsage(output: unknown): Usage | undefined {
  if (!isJsonObject(output) || !isJsonObject(output.usage)) return undefined;
  const { usage } = output;
  const result: Usage = {};
  put(result, 'inputTokens', usage.prompt_tokens);
  put(result, 'outputTokens', usage.completion_tokens);
  put(result, 'cachedTokens', detail(usage.prompt_tokens_details, 'cached_tokens'));
  put(result, 'reasoningTokens', detail(usage.completion_tokens_details, 'reasoning_tokens'));
  put(result, 'seconds', usage.prompt_audio_seconds);
  return result;
}

function put(usage: Usage, name: keyof Usage, value: unknown): void {
  if (typeof value === 'number' && Number.isFinite(value)) usage[name] = value;
}

const detail = (details: unknown, name: string): unknown => (isJsonObject(details) ? details[name] : undefined);
