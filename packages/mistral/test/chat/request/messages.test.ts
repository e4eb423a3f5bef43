import { describe, expect, it } from 'vitest';

import type { JsonObject } from '@ai-proxy/core';
import { sendMessages } from '../chat-body.ts';

const call = (id: string, name = 'f'): JsonObject => ({ id, type: 'function', function: { name, arguments: '{"a":1}' } });

const rows: readonly (readonly [title: string, sent: JsonObject, received: JsonObject, dropped?: readonly string[]])[] = [
  ['developer as system', { role: 'developer', content: 'd' }, { role: 'system', content: 'd' }],
  ['system without its name', { role: 'system', content: 's', name: 'n' }, { role: 'system', content: 's' }, ['messages[0].name']],
  ['user without its name', { role: 'user', content: 'u', name: 'n' }, { role: 'user', content: 'u' }, ['messages[0].name']],
  ['user without content', { role: 'user', content: null }, { role: 'user', content: null }],
  [
    'tool with its name',
    { role: 'tool', content: 't', tool_call_id: 'abcdefghi', name: 'n' },
    { role: 'tool', content: 't', tool_call_id: 'abcdefghi', name: 'n' },
  ],
  [
    'assistant without what Mistral does not know',
    { role: 'assistant', content: 'a', name: 'n', audio: { id: 'x' }, annotations: [{ type: 'x' }], refusal: 'no' },
    { role: 'assistant', content: 'a' },
    ['messages[0].name', 'messages[0].audio', 'messages[0].annotations', 'messages[0].refusal'],
  ],
  [
    'an answer of ours sent back, without a report',
    { role: 'assistant', content: 'a', refusal: null, annotations: [], audio: null, function_call: null, tool_calls: null },
    { role: 'assistant', content: 'a' },
  ],
  ['a refusal as content where there is none', { role: 'assistant', content: null, refusal: 'no' }, { role: 'assistant', content: 'no' }],
  [
    'reasoning_content as thinking before the text',
    { role: 'assistant', content: 'a', reasoning_content: 'r' },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: [{ type: 'text', text: 'r' }], closed: true },
        { type: 'text', text: 'a' },
      ],
    },
  ],
  [
    'reasoning under its other name',
    { role: 'assistant', content: null, reasoning: 'r', tool_calls: [call('abcdefghi')] },
    {
      role: 'assistant',
      content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'r' }], closed: true }],
      tool_calls: [call('abcdefghi')],
    },
  ],
  [
    'reasoning_content where both are given and differ',
    { role: 'assistant', content: '', reasoning: 'x', reasoning_content: 'r' },
    { role: 'assistant', content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'r' }], closed: true }] },
    ['messages[0].reasoning'],
  ],
  [
    'empty content beside tool calls',
    { role: 'assistant', content: null, tool_calls: [call('abcdefghi')] },
    { role: 'assistant', content: '', tool_calls: [call('abcdefghi')] },
  ],
  [
    'tool calls closed, arguments untouched',
    {
      role: 'assistant',
      content: '',
      tool_calls: [{ id: 'abcdefghi', index: 0, junk: 1, function: { name: 'f', arguments: '{"n": 9007199254740993}', x: 1 } }],
    },
    {
      role: 'assistant',
      content: '',
      tool_calls: [{ id: 'abcdefghi', index: 0, type: 'function', function: { name: 'f', arguments: '{"n": 9007199254740993}' } }],
    },
    ['messages[0].tool_calls[0].junk', 'messages[0].tool_calls[0].function.x'],
  ],
  ['prefix', { role: 'assistant', content: 'a', prefix: true }, { role: 'assistant', content: 'a', prefix: true }],
];

describe('messages', () => {
  it.each(rows.map(([title, given, expected, dropped = []]) => [title, given, expected, dropped] as const))(
    'go up: %s',
    (_title, sent, received, dropped) => {
      expect(sendMessages([sent])).toEqual({ messages: [received], dropped });
    },
  );

  it('leave earlier thinking out where the operator says so, and report it', () => {
    const thought = { type: 'thinking', thinking: [{ type: 'text', text: 'r' }] };
    const result = sendMessages(
      [
        { role: 'assistant', content: 'a', reasoning_content: 'r' },
        { role: 'assistant', content: [thought, { type: 'text', text: 'b' }] },
      ],
      { thinkingInHistory: 'drop' },
    );
    expect(result).toEqual({
      messages: [
        { role: 'assistant', content: 'a' },
        { role: 'assistant', content: [{ type: 'text', text: 'b' }] },
      ],
      dropped: ['messages[0].reasoning_content', 'messages[1].content'],
    });
  });

  it('turn function_call and its answer into a tool call with one id', () => {
    const { messages } = sendMessages([
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
      { role: 'function', name: 'f', content: 'result' },
    ]);
    const [asked, answered] = messages as [{ tool_calls: [{ id: string }] }, { tool_call_id: string }];
    const { id } = asked.tool_calls[0];
    expect(id).toMatch(/^[a-zA-Z0-9]{9}$/);
    expect(asked).toEqual({
      role: 'assistant',
      content: '',
      tool_calls: [{ id, type: 'function', function: { name: 'f', arguments: '{}' } }],
    });
    expect(answered).toEqual({ role: 'tool', name: 'f', content: 'result', tool_call_id: id });
  });

  it('refuse the answer of a function that was not called', () => {
    expect(() => sendMessages([{ role: 'function', name: 'f', content: 'r' }])).toThrow(
      expect.objectContaining({ status: 400, code: 'invalid_parameter', param: 'messages[0].name' }),
    );
  });

  it.each([
    ['messages[0].role', { role: 'narrator', content: 'x' }],
    ['messages[0].content', { role: 'user', content: 5 }],
    ['messages[0].content[0]', { role: 'system', content: [{ type: 'image_url', image_url: 'https://a/b.png' }] }],
    ['messages[0].tool_calls[0].function', { role: 'assistant', tool_calls: [{ id: 'x' }] }],
  ] as const)('are refused at %s', (param, message) => {
    expect(() => sendMessages([message as unknown as JsonObject])).toThrow(
      expect.objectContaining({ status: 400, code: 'invalid_parameter', param }),
    );
  });
});
