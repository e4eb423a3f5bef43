import type { JsonObject } from '@ai-proxy/core';
import { truthOf } from '../content/compose.ts';
import type { Composition } from '../content/compose.ts';
import { countTokens, groupTokens, tokensOf } from '../content/tokens.ts';
import type { StreamAnswer, StreamEvent } from '../server/answer.ts';
import { thinkingChunk, toolCall, usageOf } from './chat-answer.ts';
import type { AnswerIdentity } from './chat-answer.ts';
import { relayedEvents } from './relayed-stream.ts';

/** A streamed chat or FIM answer, chunk by chunk as recorded. */
export function chatStream(composition: Composition, identity: AnswerIdentity, chunks: number | undefined, relayed: boolean): StreamAnswer {
  const write = chunkWriter(identity);
  const events = relayed ? relayedEvents(composition, identity, write, chunks) : ownEvents(composition, identity, write, chunks);
  return { kind: 'stream', status: 200, events: [...events, { data: '[DONE]' }], truth: truthOf(composition) };
}

/** Makes one chunk of one choice. */
export type ChunkWriter = (choice: JsonObject, more?: JsonObject, tokens?: number) => StreamEvent;

function chunkWriter({ id, created, model }: AnswerIdentity): ChunkWriter {
  return (choice, more = {}, tokens) => ({
    data: { id, object: 'chat.completion.chunk', created, model, choices: [choice], ...more },
    ...(tokens === undefined ? {} : { tokens }),
  });
}

function ownEvents(composition: Composition, identity: AnswerIdentity, write: ChunkWriter, chunks: number | undefined): StreamEvent[] {
  const usage = usageOf(composition);
  const last = Math.max(composition.texts.length - 1, 0);
  const first = Array.from({ length: last + 1 }, (_, index) =>
    write({ index, delta: { role: 'assistant', content: '' }, finish_reason: null, logprobs: null }),
  );
  if (composition.calls.length > 0) {
    const calls = composition.calls.map((call, index) => toolCall(call, identity.id, index));
    const choice = { index: 0, delta: { content: null, tool_calls: calls }, finish_reason: 'tool_calls' };
    return [...first, write(choice, { usage }, composition.completionTokens)];
  }
  const content = interleave(
    composition.texts.map((text, index) =>
      choiceDeltas(composition.thinking, text, chunks).map(({ delta, tokens }) => write({ index, delta, finish_reason: null }, {}, tokens)),
    ),
  );
  const finish = composition.texts.map((_, index) =>
    write({ index, delta: { content: '' }, finish_reason: composition.finish }, index === last ? { usage } : {}),
  );
  return [...first, ...content, ...finish];
}

interface Delta {
  readonly delta: JsonObject;
  readonly tokens: number;
}

function choiceDeltas(thinking: string, text: string, chunks: number | undefined): Delta[] {
  const pieces = groupTokens(tokensOf(text), chunks);
  const plain = (piece: string): Delta => ({ delta: { content: piece }, tokens: countTokens(piece) });
  if (thinking === '') return pieces.map(plain);
  const thoughts = groupTokens(tokensOf(thinking), chunks);
  const lastThought = thoughts.at(-1) ?? '';
  const [firstPiece = '', ...rest] = pieces;
  return [
    ...thoughts.slice(0, -1).map((thought) => ({ delta: { content: [thinkingChunk(thought)] }, tokens: countTokens(thought) })),
    // The chunk at the turn holds the end of the thinking and the beginning of the answer.
    { delta: { content: [thinkingChunk(lastThought), { type: 'text', text: firstPiece }] }, tokens: 1 + countTokens(firstPiece) },
    ...rest.map(plain),
  ];
}

/** The events of several choices in turn. */
function interleave(lists: readonly StreamEvent[][]): StreamEvent[] {
  const rounds = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: rounds }, (_, round) => lists.flatMap((list) => list.slice(round, round + 1))).flat();
}
