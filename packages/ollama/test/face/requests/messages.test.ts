import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { describe, expect, it } from 'vitest';
import { decode, model } from './decoded.ts';

const base64 = (...bytes: readonly (number | string)[]): string =>
  Buffer.concat(bytes.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from([part])))).toString('base64');

function decodeMessages(messages: JsonObject[]): JsonValue | undefined {
  return decode('chat', { model, messages }).input['messages'];
}

describe('messages', () => {
  it.each<[JsonObject, JsonObject]>([
    [
      { role: 'USER', content: 'Hi' },
      { role: 'user', content: 'Hi' },
    ],
    [
      { role: 'system', content: null },
      { role: 'system', content: '' },
    ],
    [
      { role: 'assistant', content: 'a', thinking: 'b' },
      { role: 'assistant', content: 'a', reasoning_content: 'b' },
    ],
    [
      { role: 'assistant', content: '', tool_calls: [{ id: 'c1', function: { index: 0, name: 'f', arguments: { b: 1, a: [null] } } }] },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{"b":1,"a":[null]}' } }],
      },
    ],
    [
      { role: 'assistant', content: 'I call', tool_calls: [{ id: 'c1', function: { name: 'f' } }] },
      { role: 'assistant', content: 'I call', tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }] },
    ],
    [
      { role: 'tool', content: 'x', tool_name: 'f', tool_call_id: 'c9' },
      { role: 'tool', content: 'x', tool_call_id: 'c9', name: 'f' },
    ],
  ])('%j is %j', (message, canonical) => {
    expect(decodeMessages([message])).toEqual([canonical]);
  });

  const call = (name: string, id?: string): JsonObject => ({ function: { name, arguments: {} }, ...(id === undefined ? {} : { id }) });
  const idsOf = (messages: JsonObject[]): JsonValue[] =>
    (decodeMessages(messages) as JsonObject[]).map(({ tool_calls: calls, tool_call_id: answered }) =>
      Array.isArray(calls) ? calls.filter(isJsonObject).map(({ id }) => id ?? null) : (answered ?? null),
    );

  it('without ids are paired by the names of the tools, then in order', () => {
    const messages = [
      { role: 'assistant', content: '', tool_calls: [call('a'), call('b'), call('a')] },
      { role: 'tool', content: '1', tool_name: 'b' },
      { role: 'tool', content: '2', tool_name: 'a' },
      { role: 'tool', content: '3' },
    ];
    expect(idsOf(messages)).toEqual([['call_0', 'call_1', 'call_2'], 'call_1', 'call_0', 'call_2']);
  });

  it('keep the ids that they have, and never make up one of these', () => {
    const messages = [
      { role: 'assistant', content: '', tool_calls: [call('a', 'call_0'), call('b')] },
      { role: 'tool', content: '1', tool_call_id: 'call_0' },
      { role: 'tool', content: '2' },
    ];
    expect(idsOf(messages)).toEqual([['call_0', 'call_1'], 'call_0', 'call_1']);
  });

  it('give an answer that answers nothing an id of its own', () => {
    const messages = [
      { role: 'assistant', content: '', tool_calls: [call('a', 'c')] },
      { role: 'tool', content: '1', tool_name: 'other' },
    ];
    expect(idsOf(messages)).toEqual([['c'], 'call_0']);
  });

  it('have the same ids at every turn of a conversation', () => {
    const first = [
      { role: 'assistant', content: '', tool_calls: [call('a')] },
      { role: 'tool', content: '1' },
    ];
    const later = [...first, { role: 'assistant', content: '', tool_calls: [call('a')] }, { role: 'tool', content: '2' }];
    expect(idsOf(later)).toEqual([['call_0'], 'call_0', ['call_1'], 'call_1']);
    expect(idsOf(first)).toEqual([['call_0'], 'call_0']);
  });
});

describe('images', () => {
  it.each([
    ['a PNG', base64('\x89PNG\r\n\x1a\n', 0, 0), 'image/png'],
    ['a JPEG', base64('\xff\xd8\xff\xe0', 0, 0), 'image/jpeg'],
    ['a GIF', base64('GIF89a', 0), 'image/gif'],
    ['a WebP', base64('RIFF', 1, 2, 3, 4, 'WEBPVP8 '), 'image/webp'],
    ['anything', base64('hello'), ''],
  ])('that are %s become a data URL of their type', (_, data, type) => {
    expect(decodeMessages([{ role: 'user', content: 'See', images: [data] }])).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See' },
          { type: 'image_url', image_url: { url: `data:${type};base64,${data}` } },
        ],
      },
    ]);
  });

  it.each([
    ['wav', base64('RIFF', 1, 2, 3, 4, 'WAVEfmt ')],
    ['mp3', base64('ID3', 4, 0)],
    ['mp3', base64(0xff, 0xfb, 0x90, 0)],
    ['flac', base64('fLaC', 0)],
    ['ogg', base64('OggS', 0)],
  ])('that are sound in %s become sound', (format, data) => {
    expect(decodeMessages([{ role: 'user', content: '', images: [data] }])).toEqual([
      { role: 'user', content: [{ type: 'input_audio', input_audio: { data, format } }] },
    ]);
  });

  it('may be broken into lines', () => {
    const data = base64('\x89PNG and some more');
    const broken = `${data.slice(0, 6)}\r\n${data.slice(6)}\n`;
    expect(decodeMessages([{ role: 'user', content: '', images: [broken] }])).toEqual([
      { role: 'user', content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } }] },
    ]);
  });

  it.each([
    ['A', 0],
    ['AAAAA', 4],
    ['AA=A', 2],
    ['A===', 1],
    ['AAA-', 3],
    ['AAAA\n!', 4],
  ])('that are no base64 (%j) are refused at byte %i', (data, byte) => {
    expect(() => decodeMessages([{ role: 'user', content: '', images: [data] }])).toThrow(`illegal base64 data at input byte ${byte}`);
  });
});
