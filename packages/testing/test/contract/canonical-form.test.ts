import type { CanonicalOperation, JsonObject } from '@ai-proxy/core';
import { describe, expect, it } from 'vitest';
import { checkCanonicalAnswer } from '../../src/contract/canonical-answer.ts';
import { checkChunkOrder } from '../../src/contract/chunk-order.ts';

const head = { id: 'x', created: 1, model: 'm' };
const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
const message: JsonObject = { role: 'assistant', content: 'Hello', refusal: null };
const call: JsonObject = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } };
const chat = (changes: JsonObject = {}): JsonObject => ({
  ...head,
  object: 'chat.completion',
  choices: [{ index: 0, message, finish_reason: 'stop' }],
  usage,
  ...changes,
});
const withMessage = (changes: JsonObject): JsonObject =>
  chat({ choices: [{ index: 0, message: { ...message, ...changes }, finish_reason: 'stop' }] });
const vector: JsonObject = { object: 'embedding', index: 0, embedding: [0.5] };
const list = (changes: JsonObject = {}): JsonObject => ({ object: 'list', model: 'm', data: [vector], ...changes });
const verdict: JsonObject = { flagged: false, categories: {}, category_scores: {} };

describe('a whole canonical answer', () => {
  const sound: readonly (readonly [CanonicalOperation, JsonObject])[] = [
    ['chat', chat()],
    ['chat', withMessage({ content: null, tool_calls: [call] })],
    ['fim', chat()],
    ['completions', { ...head, object: 'text_completion', choices: [{ index: 0, text: '', finish_reason: 'length' }] }],
    ['embeddings', list()],
    ['embeddings', list({ data: [{ ...vector, embedding: 'AAAAPw==' }] })],
    ['moderations', { id: 'x', model: 'm', results: [verdict] }],
  ];
  it.each(sound)('of %s is taken: %j', (operation, output) => {
    expect(() => checkCanonicalAnswer(operation, output)).not.toThrow();
  });

  const wrong: readonly (readonly [CanonicalOperation, JsonObject, RegExp])[] = [
    ['chat', chat({ object: 'completion' }), /object is/],
    ['chat', chat({ id: '' }), /id is ""/],
    ['chat', chat({ created: 1.5 }), /created is 1\.5/],
    ['chat', chat({ model: null }), /model is null/],
    ['chat', chat({ choices: null }), /choices is null/],
    ['chat', chat({ choices: [] }), /indices of the choices are \[\]/],
    ['chat', chat({ choices: [{ index: 1, message, finish_reason: 'stop' }] }), /indices of the choices are \[1\]/],
    ['chat', chat({ choices: [{ index: 0, message, finish_reason: null }] }), /finish_reason is null/],
    ['chat', chat({ usage: { ...usage, total_tokens: '3' } }), /usage\.total_tokens is "3"/],
    ['chat', chat({ usage: [] }), /usage is \[\]/],
    ['chat', withMessage({ role: 'model' }), /not the assistant's/],
    ['chat', withMessage({ content: [{ type: 'text', text: 'a' }] }), /string or null/],
    ['chat', withMessage({ tool_calls: [{ ...call, id: null }] }), /id is null/],
    ['chat', withMessage({ tool_calls: [{ ...call, type: 'tool' }] }), /a tool call is/],
    ['chat', withMessage({ tool_calls: [{ ...call, function: { name: '', arguments: '' } }] }), /name is ""/],
    ['chat', withMessage({ tool_calls: [{ ...call, function: { name: 'f', arguments: {} } }] }), /they are text/],
    ['completions', { ...head, object: 'text_completion', choices: [{ index: 0, finish_reason: 'stop' }] }, /no text/],
    ['embeddings', list({ object: 'embeddings' }), /not list/],
    ['embeddings', list({ data: [] }), /no embedding/],
    ['embeddings', list({ data: [{ ...vector, index: 3 }] }), /data\[0\] is/],
    ['embeddings', list({ data: [{ ...vector, embedding: ['a'] }] }), /no list of numbers/],
    ['moderations', { id: 'x', model: 'm', results: [] }, /no result/],
    ['moderations', { id: 'x', model: 'm', results: [{ ...verdict, flagged: 'no' }] }, /flagged is/],
    ['moderations', { id: 'x', model: 'm', results: [{ flagged: true }] }, /no categories/],
  ];
  it.each(wrong)('of %s is refused: %j', (operation, output, says) => {
    expect(() => checkCanonicalAnswer(operation, output)).toThrow(says);
  });
});

const chunk = (choices: JsonObject[], changes: JsonObject = {}): JsonObject => ({
  ...head,
  object: 'chat.completion.chunk',
  choices,
  ...changes,
});
const say = (delta: JsonObject, index = 0): JsonObject => chunk([{ index, delta, finish_reason: null }]);
const finish = (delta: JsonObject = {}, index = 0): JsonObject => chunk([{ index, delta, finish_reason: 'stop' }]);
const fragment = (index: number, changes: JsonObject = {}): JsonObject => ({
  index,
  id: `c${index}`,
  type: 'function',
  function: { name: 'f', arguments: '' },
  ...changes,
});
const first = say({ role: 'assistant', content: '' });
const counted = chunk([], { usage });

describe('the chunks of a canonical stream', () => {
  const sound: readonly (readonly [string, readonly JsonObject[]])[] = [
    ['text', [first, say({ content: 'a' }), finish(), counted]],
    [
      'two choices in turn',
      [first, say({ role: 'assistant' }, 1), say({ content: 'a' }), say({ content: 'b' }, 1), finish({}, 1), finish()],
    ],
    [
      'two tool calls in turn',
      [
        say({ role: 'assistant', content: null, tool_calls: [fragment(0), fragment(1)] }),
        say({
          tool_calls: [
            { index: 1, function: { arguments: '{}' } },
            { index: 0, function: { arguments: '{}' } },
          ],
        }),
        finish(),
      ],
    ],
  ];
  it.each(sound)('are taken: %s', (_, chunks) => {
    expect([...checkChunkOrder(chunks, 'chat.completion.chunk').values()].every(({ finished }) => finished)).toBe(true);
  });

  const wrong: readonly (readonly [string, readonly JsonObject[], RegExp])[] = [
    ['no role', [say({ content: 'a' }), finish()], /the role is undefined/],
    ['the role twice', [first, first], /chunk 1: the role is "assistant"/],
    ['text with the finish', [first, finish({ content: 'a' })], /a chunk of its own/],
    ['text after the finish', [first, finish(), say({ content: 'a' })], /goes on after its finish/],
    ['usage with the finish', [first, { ...finish(), usage }], /usage comes last/],
    ['usage before the finish', [first, counted, finish()], /usage comes last/],
    ['nothing at all', [first, chunk([])], /neither choices nor usage/],
    ['another id', [first, { ...say({ content: 'a' }), id: 'y' }], /id is "y"/],
    ['another time', [first, { ...say({ content: 'a' }), created: 2 }], /created is 2/],
    ['an odd finish', [first, chunk([{ index: 0, delta: {}, finish_reason: 'end_turn' }])], /finish_reason is "end_turn"/],
    ['content in parts', [say({ role: 'assistant', content: [] })], /content is \[\]/],
    ['a tool call that begins with 1', [say({ role: 'assistant', tool_calls: [fragment(1)] })], /index 1, and 0 is next/],
    ['a tool call without an id', [say({ role: 'assistant', tool_calls: [fragment(0, { id: '' })] })], /has id, type and name/],
    [
      'arguments that are no text',
      [say({ role: 'assistant', tool_calls: [fragment(0, { function: { name: 'f', arguments: {} } })] })],
      /they are text/,
    ],
  ];
  it.each(wrong)('are refused: %s', (_, chunks, says) => {
    expect(() => checkChunkOrder(chunks, 'chat.completion.chunk')).toThrow(says);
  });

  it('of the older completions have text in place of deltas', () => {
    const text = (value: unknown): JsonObject => ({
      ...head,
      object: 'text_completion',
      choices: [{ index: 0, text: value as string, finish_reason: null }],
    });
    expect(() => checkChunkOrder([text('a')], 'text_completion')).not.toThrow();
    expect(() => checkChunkOrder([text(null)], 'text_completion')).toThrow(/text is null/);
    expect(() => checkChunkOrder([first], 'text_completion')).toThrow(/object is/);
  });
});
