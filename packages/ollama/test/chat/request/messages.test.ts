import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ProxyError } from '@ai-proxy/core';
import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { sendMessages } from '../chat-body.ts';

const text = (words: string): JsonObject => ({ type: 'text', text: words });
const image = (url: string): JsonObject => ({ type: 'image_url', image_url: { url } });
const called = (id: string, name: string, written: JsonValue = '{}'): JsonObject => ({
  id,
  type: 'function',
  function: { name, arguments: written },
});
const calls = (...list: JsonObject[]): JsonObject => ({ role: 'assistant', content: null, tool_calls: list });

type Row = readonly [title: string, messages: JsonObject[], sent: JsonObject[], dropped?: readonly string[]];

const rows: readonly Row[] = [
  ['system', [{ role: 'system', content: 's' }], [{ role: 'system', content: 's' }]],
  ['developer as system', [{ role: 'developer', content: [text('s')] }], [{ role: 'system', content: 's' }]],
  ['user', [{ role: 'user', content: 'u' }], [{ role: 'user', content: 'u' }]],
  ['null as an empty text', [{ role: 'user', content: null }], [{ role: 'user', content: '' }]],
  ['parts as one message, on lines of their own', [{ role: 'user', content: [text('a'), text('b')] }], [{ role: 'user', content: 'a\nb' }]],
  ['no parts as an empty text', [{ role: 'user', content: [] }], [{ role: 'user', content: '' }]],
  [
    'images in order, beside the texts',
    [
      {
        role: 'user',
        content: [
          image('data:image/png;base64,AAAA'),
          text('a'),
          { type: 'image_url', image_url: 'data:image/WEBP;base64,BBBB' },
          text('b'),
          image('data:;base64,CCCC'),
          image('data:image/jpeg;name=x.jpg;base64,DDDD'),
          image('DATA:image/jpg;BASE64,EEEE'),
        ],
      },
    ],
    [{ role: 'user', content: 'a\nb', images: ['AAAA', 'BBBB', 'CCCC', 'DDDD', 'EEEE'] }],
  ],
  [
    'sound beside the images',
    [
      {
        role: 'user',
        content: [{ type: 'input_audio', input_audio: { data: 'QUJD', format: 'wav' } }, image('data:image/png;base64,AAAA')],
      },
    ],
    [{ role: 'user', content: '', images: ['QUJD', 'AAAA'] }],
  ],
  [
    'a detail as a report',
    [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } }] }],
    [{ role: 'user', content: '', images: ['AAAA'] }],
    ['messages[0].content[0].image_url.detail'],
  ],
  ['a name as a report', [{ role: 'user', content: 'u', name: 'n' }], [{ role: 'user', content: 'u' }], ['messages[0].name']],
  [
    'what was thought, as thinking, under either name',
    [
      { role: 'assistant', content: 'a', reasoning_content: 'r' },
      { role: 'assistant', content: 'a', reasoning: 'r' },
      { role: 'assistant', content: 'a', reasoning_content: 'r', reasoning: 'r' },
      { role: 'assistant', content: [{ type: 'thinking', thinking: [text('r')] }, text('a')] },
    ],
    Array.from({ length: 4 }, () => ({ role: 'assistant', content: 'a', thinking: 'r' })),
  ],
  ['a refusal as what was said', [{ role: 'assistant', content: null, refusal: 'no' }], [{ role: 'assistant', content: 'no' }]],
  [
    'a refusal among the parts',
    [{ role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }], annotations: [] }],
    [{ role: 'assistant', content: 'no' }],
  ],
  [
    'annotations and prefixes as a report',
    [{ role: 'assistant', content: 'a', annotations: [{}], prefix: true, audio: { id: 'x' } }],
    [{ role: 'assistant', content: 'a' }],
    ['messages[0].prefix', 'messages[0].audio', 'messages[0].annotations'],
  ],
  [
    'calls with their ids and arguments as objects',
    [calls(called('a', 'f', '{"x":[1,null]}'), called('b', 'g', ''), called('c', 'g', { y: 1 }), called('d', 'g', null))],
    [
      {
        role: 'assistant',
        content: '',
        tool_calls: [
          { id: 'a', function: { name: 'f', arguments: { x: [1, null] } } },
          { id: 'b', function: { name: 'g', arguments: {} } },
          { id: 'c', function: { name: 'g', arguments: { y: 1 } } },
          { id: 'd', function: { name: 'g', arguments: {} } },
        ],
      },
    ],
  ],
  [
    'the name of a tool from its own message, from the call, from the last call of that id, or not at all',
    [
      calls(called('a', 'f'), called('b', 'g')),
      { role: 'tool', tool_call_id: 'a', content: '1' },
      { role: 'tool', tool_call_id: 'b', name: 'own', content: [text('2'), text('3')] },
      calls(called('a', 'h')),
      { role: 'tool', tool_call_id: 'a', content: '4' },
      { role: 'tool', tool_call_id: 'unknown', content: '5' },
      { role: 'tool', content: '6', tool_name: 'native' },
    ],
    [
      {
        role: 'assistant',
        content: '',
        tool_calls: [
          { id: 'a', function: { name: 'f', arguments: {} } },
          { id: 'b', function: { name: 'g', arguments: {} } },
        ],
      },
      { role: 'tool', content: '1', tool_name: 'f', tool_call_id: 'a' },
      { role: 'tool', content: '2\n3', tool_name: 'own', tool_call_id: 'b' },
      { role: 'assistant', content: '', tool_calls: [{ id: 'a', function: { name: 'h', arguments: {} } }] },
      { role: 'tool', content: '4', tool_name: 'h', tool_call_id: 'a' },
      { role: 'tool', content: '5', tool_call_id: 'unknown' },
      { role: 'tool', content: '6', tool_name: 'native' },
    ],
  ],
  [
    'the older functions as tools',
    [
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"x":1}' } },
      { role: 'function', name: 'f', content: 'r' },
    ],
    [
      { role: 'assistant', content: '', tool_calls: [{ function: { name: 'f', arguments: { x: 1 } } }] },
      { role: 'tool', content: 'r', tool_name: 'f' },
    ],
  ],
];

describe('messages', () => {
  it.each(rows.map(([title, messages, sent, dropped = []]) => ({ title, messages, sent, dropped })))(
    'send $title',
    ({ messages, sent, dropped }) => {
      expect(sendMessages(messages)).toEqual({ messages: sent, dropped });
    },
  );

  const user = (...content: JsonValue[]): JsonObject => ({ role: 'user', content });
  const refused: readonly (readonly [message: JsonObject, param: string, says: string])[] = [
    [{ role: 'nobody', content: 'x' }, 'messages[0].role', 'must be system'],
    [{ role: 'user', content: 1 }, 'messages[0].content', 'must be a string or a list'],
    [user('x'), 'messages[0].content[0]', 'must be an object'],
    [user({ type: 'text' }), 'messages[0].content[0].text', 'must be a string'],
    [user({ type: 'file', file: {} }), 'messages[0].content[0].type', 'no content part of the type "file"'],
    [user({ type: 'video_url' }), 'messages[0].content[0].type', 'no content part of the type "video_url"'],
    [user(image('https://a.example/b.png')), 'messages[0].content[0].image_url.url', 'send the image itself as a data URL'],
    [user(image('HTTP://169.254.169.254/')), 'messages[0].content[0].image_url.url', 'send the image itself as a data URL'],
    [user({ type: 'image_url', image_url: 'http://a' }), 'messages[0].content[0].image_url', 'send the image itself as a data URL'],
    [user(image('data:image/gif;base64,AAAA')), 'messages[0].content[0].image_url.url', 'not image/gif'],
    [user(image('data:text/html;base64,AAAA')), 'messages[0].content[0].image_url.url', 'not text/html'],
    [user(image('data:image/png,AAAA')), 'messages[0].content[0].image_url.url', 'must be a data URL in base64'],
    [user(image('file:///etc/passwd')), 'messages[0].content[0].image_url.url', 'must be a data URL in base64'],
    [user(image('AAAA')), 'messages[0].content[0].image_url.url', 'must be a data URL in base64'],
    [user({ type: 'image_url' }), 'messages[0].content[0].image_url', 'must be a data URL or an object'],
    [user({ type: 'input_audio', input_audio: 'AAAA' }), 'messages[0].content[0].input_audio', 'must be a base64 string'],
    [calls(called('a', 'f', '{')), 'messages[0].tool_calls[0].function.arguments', 'must be a JSON object in a string'],
    [calls(called('a', 'f', '[1]')), 'messages[0].tool_calls[0].function.arguments', 'must be a JSON object in a string'],
    [calls(called('a', 'f', 'null')), 'messages[0].tool_calls[0].function.arguments', 'must be a JSON object in a string'],
    [calls(called('a', 'f', 7)), 'messages[0].tool_calls[0].function.arguments', 'must be a JSON object in a string'],
    [
      calls(called('a', 'f', `{"x":${'['.repeat(200_000)}${']'.repeat(200_000)}}`)),
      'messages[0].tool_calls[0].function.arguments',
      'nested deeper than 128',
    ],
    [calls({ type: 'custom' }), 'messages[0].tool_calls[0].type', 'must be function'],
    [calls({ id: 'a', function: {} }), 'messages[0].tool_calls[0].function', 'must be an object with name'],
    [{ role: 'assistant', tool_calls: {} }, 'messages[0].tool_calls', 'must be a list'],
  ];
  it.each(refused)('are refused: %#', (message, param, says) => {
    expect(() => sendMessages([message])).toThrow(
      expect.objectContaining({ status: 400, param, source: 'caller', message: expect.stringContaining(says) as unknown }),
    );
  });

  it('never repeat the arguments that could not be read', () => {
    let refusal: unknown;
    try {
      sendMessages([calls(called('a', 'f', '{"secret": hunter2'))]);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(ProxyError);
    expect(String(refusal)).not.toContain('hunter2');
    expect((refusal as ProxyError).cause).toBe(undefined);
  });

  it('keep their number and their order, whatever the parts', () => {
    const part = fc.oneof(
      fc.string().map((words) => text(words)),
      fc.constant(image('data:image/png;base64,AAAA')),
    );
    fc.assert(
      fc.property(fc.array(fc.array(part), { minLength: 1 }), (contents) => {
        const sent = sendMessages(contents.map((content) => ({ role: 'user', content }))).messages as JsonObject[];
        expect(sent.map(({ content }) => content)).toEqual(
          contents.map((parts) => parts.flatMap(({ text: words }) => (typeof words === 'string' ? [words] : [])).join('\n')),
        );
        expect(sent.map(({ images }) => (Array.isArray(images) ? images.length : 0))).toEqual(
          contents.map((parts) => parts.filter(({ type }) => type === 'image_url').length),
        );
      }),
    );
  });
});
