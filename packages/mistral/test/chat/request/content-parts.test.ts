import { describe, expect, it } from 'vitest';

import type { JsonObject } from '@ai-proxy/core';
import { sendMessages } from '../chat-body.ts';

const at = (rest: string): string => `messages[0].content[0]${rest}`;

const rows: readonly (readonly [title: string, part: JsonObject, chunk: JsonObject, dropped?: readonly string[]])[] = [
  ['text', { type: 'text', text: 't' }, { type: 'text', text: 't' }],
  ['text without a foreign key', { type: 'text', text: 't', cache_control: {} }, { type: 'text', text: 't' }, [at('.cache_control')]],
  ['a refusal as text', { type: 'refusal', refusal: 'no' }, { type: 'text', text: 'no' }],
  ['an image by string', { type: 'image_url', image_url: 'https://a/b.png' }, { type: 'image_url', image_url: 'https://a/b.png' }],
  ...['low', 'auto', 'high'].map((detail) => {
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA', detail } };
    return [`an image with the detail ${detail}`, image, image] as const;
  }),
  [
    'an image without a detail that Mistral does not know',
    { type: 'image_url', image_url: { url: 'u', detail: 'original' } },
    { type: 'image_url', image_url: { url: 'u' } },
    [at('.image_url.detail')],
  ],
  [
    'audio as plain base64',
    { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
    { type: 'input_audio', input_audio: 'AAAA' },
  ],
  ['audio that is plain already', { type: 'input_audio', input_audio: 'AAAA' }, { type: 'input_audio', input_audio: 'AAAA' }],
  [
    'a file by its bytes',
    { type: 'file', file: { file_data: 'data:application/pdf;base64,AA', filename: 'a.pdf' } },
    { type: 'document_url', document_url: 'data:application/pdf;base64,AA', document_name: 'a.pdf' },
  ],
  ['a file by its id', { type: 'file', file: { file_id: 'i' } }, { type: 'file', file_id: 'i' }],
  ['a file in the form of Mistral', { type: 'file', file_id: 'i' }, { type: 'file', file_id: 'i' }],
  [
    'a document in the form of Mistral',
    { type: 'document_url', document_url: 'https://a/b.pdf', document_name: 'b', x: 1 },
    { type: 'document_url', document_url: 'https://a/b.pdf', document_name: 'b' },
    [at('.x')],
  ],
  ['references', { type: 'reference', reference_ids: [1, 'a'] }, { type: 'reference', reference_ids: [1, 'a'] }],
  [
    'thinking, closed',
    { type: 'thinking', thinking: [{ type: 'text', text: 't', x: 1 }], closed: false, signature: null },
    { type: 'thinking', thinking: [{ type: 'text', text: 't' }], closed: false },
    [at('.thinking[0].x')],
  ],
];

describe('content parts', () => {
  it.each(rows.map(([title, given, expected, dropped = []]) => [title, given, expected, dropped] as const))(
    'go up: %s',
    (_title, part, chunk, dropped) => {
      expect(sendMessages([{ role: 'user', content: [part] }])).toEqual({ messages: [{ role: 'user', content: [chunk] }], dropped });
    },
  );

  it('of a type that Mistral does not take are refused: leaving one out would change the question', () => {
    expect(() => sendMessages([{ role: 'user', content: [{ type: 'video_url', video_url: 'u' }] }])).toThrow(
      expect.objectContaining({ status: 400, code: 'unsupported_parameter', param: at('.type') }),
    );
  });
});
