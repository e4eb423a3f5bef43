import type { JsonObject } from '@ai-proxy/core';
import { splitContent } from '../content.ts';
import type { ToolCallNumbering } from './tool-call-numbering.ts';

/**
 * What a delta says that is new, in OpenAI's fields; nothing where it says nothing. The first delta of a choice gets the role, which
 * clients wait for and some servers leave out, and no later one does.
 */
export function readDelta(source: JsonObject, tools: ToolCallNumbering, isFirst: boolean): JsonObject | undefined {
  const { content, tool_calls: calls, refusal } = source;
  let text: string | undefined;
  let thinking: string | undefined;
  if (typeof content === 'string') text = content;
  else if (Array.isArray(content)) ({ text, thinking } = splitContent(content, ''));
  if (thinking === undefined || thinking === '') {
    const given = source['reasoning_content'] ?? source['reasoning'];
    if (typeof given === 'string') thinking = given;
  }
  const fragments = Array.isArray(calls) && calls.length > 0 ? tools.read(calls) : undefined;
  const hasCalls = fragments !== undefined && fragments.length > 0;
  const hasText = text !== undefined && text !== '';
  const hasThinking = thinking !== undefined && thinking !== '';
  const hasRefusal = typeof refusal === 'string' && refusal !== '';
  if (!isFirst && !hasText && !hasThinking && !hasCalls && !hasRefusal) return undefined;

  const delta: JsonObject = isFirst ? { role: 'assistant', content: hasText ? (text ?? '') : hasCalls ? null : '' } : {};
  if (hasThinking && thinking !== undefined) delta['reasoning_content'] = thinking;
  if (hasText && text !== undefined) delta['content'] = text;
  if (hasCalls) delta['tool_calls'] = fragments;
  if (hasRefusal) delta['refusal'] = refusal;
  return delta;
}
