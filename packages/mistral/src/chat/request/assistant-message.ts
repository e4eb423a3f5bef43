import { invalidParameter, isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { toToolCalls } from './assistant-tool-calls.ts';
import { toContent } from './content.ts';
import type { MessageContext } from './message-context.ts';
import { thinkingChunkOf } from './thinking-part.ts';

const known = new Set([
  'role',
  'content',
  'tool_calls',
  'function_call',
  'prefix',
  'refusal',
  'annotations',
  'reasoning',
  'reasoning_content',
]);

/** An earlier answer, sent back by the caller: thinking first, then what was said, then what was called. */
export function toAssistantMessage(message: JsonObject, path: string, context: MessageContext): JsonObject {
  reportLeftOut(message, path, context);
  const toolCalls = readToolCalls(message, path, context);
  const content = withThinking(saidContent(message, path, context), message, path, context);
  const result: JsonObject = { role: 'assistant', content: content ?? '' };
  if (toolCalls.length > 0) result['tool_calls'] = toolCalls;
  if (typeof message['prefix'] === 'boolean') result['prefix'] = message['prefix'];
  return result;
}

function reportLeftOut(message: JsonObject, path: string, { call }: MessageContext): void {
  for (const key of Object.keys(message)) {
    if (!known.has(key) && message[key] !== null && message[key] !== undefined) call.drop(`${path}.${key}`, 'unknown to the provider');
  }
  const annotations = message['annotations'];
  const empty = annotations === undefined || annotations === null || (Array.isArray(annotations) && annotations.length === 0);
  if (!empty) call.drop(`${path}.annotations`, 'unknown to the provider');
}

function readToolCalls(message: JsonObject, path: string, context: MessageContext): JsonObject[] {
  const calls = toToolCalls(message['tool_calls'], `${path}.tool_calls`, context);
  const legacy = message['function_call'];
  if (legacy === undefined || legacy === null) return calls;
  if (calls.length > 0) {
    context.call.drop(`${path}.function_call`, 'tool_calls wins');
    return calls;
  }
  if (!isJsonObject(legacy) || typeof legacy['name'] !== 'string') {
    throw invalidParameter(`${path}.function_call`, `\`${path}.function_call\` must be an object with name and arguments`);
  }
  const { name, arguments: written } = legacy;
  return [
    { id: context.functionCalls.call(name), type: 'function', function: { name, arguments: typeof written === 'string' ? written : '{}' } },
  ];
}

function saidContent(message: JsonObject, path: string, { call }: MessageContext): string | JsonObject[] | null {
  const content = toContent(message['content'], `${path}.content`, call);
  const refusal = message['refusal'];
  if (typeof refusal !== 'string' || refusal === '') return content;
  if (content === null) return refusal;
  call.drop(`${path}.refusal`, 'unknown to the provider');
  return content;
}

function withThinking(
  content: string | JsonObject[] | null,
  message: JsonObject,
  path: string,
  context: MessageContext,
): string | JsonObject[] | null {
  if (context.thinkingInHistory === 'drop') return withoutThinking(content, message, path, context);
  const thinking = chooseThinking(message, path, context);
  if (thinking === undefined) return content;
  if (Array.isArray(content)) {
    // A history in Mistral's own form already says what was thought.
    return content.some((chunk) => chunk['type'] === 'thinking') ? content : [thinkingChunkOf(thinking), ...content];
  }
  const chunks = [thinkingChunkOf(thinking)];
  return content === null || content === '' ? chunks : [...chunks, { type: 'text', text: content }];
}

function chooseThinking(message: JsonObject, path: string, { call }: MessageContext): string | undefined {
  const preferred = toThinkingText(message['reasoning_content']);
  const other = toThinkingText(message['reasoning']);
  if (preferred !== undefined && other !== undefined && preferred !== other) call.drop(`${path}.reasoning`, 'reasoning_content wins');
  return preferred ?? other;
}

function toThinkingText(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function withoutThinking(
  content: string | JsonObject[] | null,
  message: JsonObject,
  path: string,
  { call }: MessageContext,
): string | JsonObject[] | null {
  const reason = 'thinking of earlier turns is not sent';
  for (const key of ['reasoning_content', 'reasoning']) {
    if (toThinkingText(message[key]) !== undefined) call.drop(`${path}.${key}`, reason);
  }
  if (!Array.isArray(content)) return content;
  const kept = content.filter((chunk) => chunk['type'] !== 'thinking');
  if (kept.length < content.length) call.drop(`${path}.content`, reason);
  return kept.length === 0 ? '' : kept;
}
