import type { JsonObject } from '@ai-proxy/core';
import type { Composition } from '../content/compose.ts';
import { hexId } from '../content/identifiers.ts';
import { countTokens, groupTokens, tokensOf } from '../content/tokens.ts';
import type { StreamEvent } from '../server/answer.ts';
import { usageOf } from './chat-answer.ts';
import type { AnswerIdentity } from './chat-answer.ts';
import type { ChunkWriter } from './chat-stream.ts';

/**
 * A stream as Mistral hands on those of foreign models: the role again and again, `usage: null` before the end, a padding key, tool calls in
 * fragments that repeat neither id nor name, and `stop` where tools were called.
 */
export function relayedEvents(
  composition: Composition,
  identity: AnswerIdentity,
  write: ChunkWriter,
  chunks: number | undefined,
): StreamEvent[] {
  const padding = (index: number): JsonObject => ({ p: hexId(`${identity.id} ${index}`).slice(0, 1 + (index % 9)) });
  const early = (index: number, delta: JsonObject, position: number, tokens = 0): StreamEvent =>
    write({ index, delta: { index: 0, ...delta }, finish_reason: null }, { usage: null, ...padding(position) }, tokens);
  const usage = { ...usageOf(composition), prompt_tokens_details: { cached_tokens: 0 } };
  const count = Math.max(composition.texts.length, 1);
  const roles = Array.from({ length: count }, (_, index) => early(index, { role: 'assistant', content: '' }, index));
  const texts = composition.texts.flatMap((text, index) =>
    groupTokens(tokensOf(text), chunks).map((piece, position) =>
      early(index, { role: 'assistant', content: piece }, position, countTokens(piece)),
    ),
  );
  const calls = composition.calls.flatMap((call, index) => {
    const start = {
      id: `chatcmpl-tool-${hexId(`${identity.id} tool ${index}`)}`,
      type: 'function',
      index,
      function: { name: call.name, arguments: '' },
    };
    const pieces = call.arguments.match(/.{1,7}/gsu) ?? [];
    return [start, ...pieces.map((piece) => ({ index, function: { name: '', arguments: piece } }))].map((part, position) =>
      early(0, { tool_calls: [part] }, position, 1),
    );
  });
  const finish = Array.from({ length: count }, (_, index) =>
    write(
      { index, delta: { content: '' }, finish_reason: composition.finish === 'length' ? 'length' : 'stop' },
      index === count - 1 ? { usage } : { usage: null },
    ),
  );
  return [...roles, ...texts, ...calls, ...finish];
}
