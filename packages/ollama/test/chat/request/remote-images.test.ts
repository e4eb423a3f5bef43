import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FetchedFile, JsonObject, JsonValue } from '@ai-proxy/core';
import { ollama } from '../../../src/index.ts';
import { toBase64 } from '../../../src/chat/request/base64.ts';
import { providerCall } from '../../provider-call.ts';
import { sendChat } from '../chat-body.ts';

const image = (url: JsonValue): JsonObject => ({ type: 'image_url', image_url: { url } });
const text = (words: string): JsonObject => ({ type: 'text', text: words });
const fileOf = (...bytes: number[]): FetchedFile => ({ type: 'image/png', bytes: Uint8Array.from(bytes) });

const declared = (input: JsonObject): readonly [url: string, param: string][] =>
  (ollama().operations.chat?.fetches?.(input, providerCall()) ?? []).map(({ url, param }) => [url, param]);

describe('pictures by URL', () => {
  it('are declared in every place that names one, whoever speaks', () => {
    const messages = [
      { role: 'system', content: 'Look.' },
      { role: 'user', content: [text('This:'), image('https://a.example/1.png'), image('data:image/png;base64,AAAA')] },
      { role: 'assistant', content: null },
      { role: 'tool', content: [{ type: 'image_url', image_url: 'HTTP://a.example/2.png' }] },
      { role: 'user', content: [image('https://a.example/1.png')] },
    ];
    expect(declared({ messages })).toEqual([
      ['https://a.example/1.png', 'messages[1].content[1].image_url.url'],
      ['HTTP://a.example/2.png', 'messages[3].content[0].image_url'],
      ['https://a.example/1.png', 'messages[4].content[0].image_url.url'],
    ]);
  });

  it('are wanted as what Ollama can decode', () => {
    const messages = [{ role: 'user', content: [image('https://a.example/')] }];
    const [file] = ollama().operations.chat?.fetches?.({ messages }, providerCall()) ?? [];
    expect(file?.accept).toEqual(['image/jpeg', 'image/png', 'image/webp']);
  });

  it.each<[string, JsonObject]>([
    ['no messages', {}],
    ['messages that are none', { messages: 'https://a.example/' }],
    ['a message that is none', { messages: ['https://a.example/', null] }],
    ['contents that are none', { messages: [{ content: { type: 'image_url' } }, { content: 1 }] }],
    ['parts that are none', { messages: [{ content: ['https://a.example/', null, {}] }] }],
    ['pictures that are none', { messages: [{ content: [image(1), image(null), { type: 'image_url' }] }] }],
    ['other parts', { messages: [{ content: [{ type: 'video_url', image_url: { url: 'https://a.example/' } }] }] }],
    ['other schemes', { messages: [{ content: [image('ftp://a.example/'), image(' https://a.example/'), image('//a.example/')] }] }],
  ])('are none in %s', (_what, input) => {
    expect(declared(input)).toEqual([]);
  });

  it('go up as what was fetched, in their places', () => {
    const fetched = new Map([
      ['https://a.example/1', fileOf(1, 2, 3)],
      ['https://a.example/2', fileOf(4, 5)],
    ]);
    const content = [image('https://a.example/2'), image('data:image/png;base64,AAAA'), text('Which?'), image('https://a.example/1')];
    const { body, dropped } = sendChat({ messages: [{ role: 'user', content }] }, {}, providerCall({ fetched }));
    expect(body['messages']).toEqual([{ role: 'user', content: 'Which?', images: ['BAU=', 'AAAA', 'AQID'] }]);
    expect(dropped).toEqual([]);
  });

  it.each([
    ['where nothing is fetched', undefined],
    ['where this one was not', new Map([['https://a.example/1', fileOf(1)]])],
  ])('are refused %s, with what would help', (_where, fetched) => {
    const messages = [{ role: 'user', content: [image('https://a.example/2')] }];
    expect(() => sendChat({ messages }, {}, providerCall(fetched ? { fetched } : {}))).toThrow(
      expect.objectContaining({
        status: 400,
        code: 'unsupported_parameter',
        source: 'caller',
        param: 'messages[0].content[0].image_url.url',
        message: expect.stringMatching(/send the image itself as a data URL.*ask the operator .*`remoteFiles`/) as unknown,
      }),
    );
  });
});

describe('base64', () => {
  it('is what Node makes of the same bytes, in whatever pieces it is made', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(0, 8189, 8190, 8191, 16_380), (bytes, before) => {
        const whole = new Uint8Array(before + bytes.length).fill(255);
        whole.set(bytes, before);
        expect(toBase64(whole)).toBe(Buffer.from(whole).toString('base64'));
      }),
    );
  });
});
