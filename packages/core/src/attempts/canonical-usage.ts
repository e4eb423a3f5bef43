import type { Usage } from '../receipt/usage.ts';
import type { Operation } from '../call/operation.ts';
import { isJsonObject } from '../json/json.ts';

/** Reads OpenAI's `usage` of an answer or a chunk, and how many items an answer is about; nothing where it says neither. */
export function canonicalUsage(output: unknown, operation: Operation): Usage | undefined {
  if (!isJsonObject(output)) return undefined;
  const result: Usage = {};
  const items = operation === 'embeddings' ? output.data : operation === 'moderations' ? output.results : undefined;
  if (Array.isArray(items)) result.items = items.length;
  if (!isJsonObject(output.usage)) return result.items === undefined ? undefined : result;
  const { usage } = output;
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
