import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue, Usage } from '@ai-proxy/core';
import { cachedTokens } from '../chat/usage.ts';

/** What a whole answer of the native API says it consumed; nothing where it says nothing. */
export function readNativeUsage(_operation: string, body: unknown): Usage | undefined {
  if (!isJsonObject(body)) return undefined;
  return readUsageObject(body['usage']) ?? readPages(body['usage_info']);
}

/** The `usage` object that chat, embeddings, conversations and speech share; also OpenAI's newer words for the same. */
export function readUsageObject(usage: JsonValue | undefined): Usage | undefined {
  if (!isJsonObject(usage)) return undefined;
  const result: Usage = {};
  const input = count(usage['prompt_tokens']) ?? count(usage['input_tokens']);
  const output = count(usage['completion_tokens']) ?? count(usage['output_tokens']);
  const cached = cachedTokens(usage) ?? detail(usage, 'input_tokens_details', 'cached_tokens');
  const reasoning =
    detail(usage, 'completion_tokens_details', 'reasoning_tokens') ?? detail(usage, 'output_tokens_details', 'reasoning_tokens');
  const seconds = count(usage['prompt_audio_seconds']);
  if (input !== undefined) result.inputTokens = input;
  if (output !== undefined) result.outputTokens = output;
  if (cached !== undefined) result.cachedTokens = cached;
  if (reasoning !== undefined) result.reasoningTokens = reasoning;
  if (seconds !== undefined) result.seconds = seconds;
  return Object.keys(result).length === 0 ? undefined : result;
}

function readPages(usage: JsonValue | undefined): Usage | undefined {
  const pages = isJsonObject(usage) ? count(usage['pages_processed']) : undefined;
  return pages === undefined ? undefined : { pages };
}

function detail(usage: JsonObject, object: string, name: string): number | undefined {
  const details = usage[object];
  return isJsonObject(details) ? count(details[name]) : undefined;
}

function count(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' && value >= 0 ? value : undefined;
}
