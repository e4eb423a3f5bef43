import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue, Usage } from '@ai-proxy/core';
import { cachedTokens } from '../chat/usage.ts';
import { spokenCharacters, withAnnotations } from './asked-usage.ts';

/** What a whole answer of the native API says it consumed; nothing where it says nothing. */
export function readNativeUsage(operation: string, body: unknown, request: JsonObject = {}): Usage | undefined {
  if (!isJsonObject(body)) return undefined;
  const usage: Usage = {
    ...readUsageObject(body['usage']),
    ...readPages(body['usage_info'], request),
    ...readItems(operation, body),
    ...(operation === 'speech' ? spokenCharacters(request) : undefined),
  };
  return Object.keys(usage).length === 0 ? undefined : usage;
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
  const seconds = count(usage['prompt_audio_seconds']) ?? (usage['type'] === 'duration' ? count(usage['seconds']) : undefined);
  if (input !== undefined) result.inputTokens = input;
  if (output !== undefined) result.outputTokens = output;
  if (cached !== undefined) result.cachedTokens = cached;
  if (reasoning !== undefined) result.reasoningTokens = reasoning;
  if (seconds !== undefined) result.seconds = seconds;
  return Object.keys(result).length === 0 ? undefined : result;
}

function readPages(usage: JsonValue | undefined, request: JsonObject): Usage | undefined {
  const pages = isJsonObject(usage) ? count(usage['pages_processed']) : undefined;
  return pages === undefined ? undefined : withAnnotations(pages, request);
}

/** Which fields of an answer have an entry for each text that was asked about. */
const itemFields: Readonly<Record<string, string>> = { embeddings: 'data', moderations: 'results', classifications: 'results' };

function readItems(operation: string, body: JsonObject): Usage | undefined {
  const items = body[itemFields[operation] ?? ''];
  return Array.isArray(items) ? { items: items.length } : undefined;
}

function detail(usage: JsonObject, object: string, name: string): number | undefined {
  const details = usage[object];
  return isJsonObject(details) ? count(details[name]) : undefined;
}

function count(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' && value >= 0 ? value : undefined;
}
