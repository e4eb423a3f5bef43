import { describe, expect, it } from 'vitest';

import type { Frame, StreamDecoder } from '@ai-proxy/core';
import { mistral } from '../../../src/index.ts';
import { decodeStream, eventStream } from '../../decode-stream.ts';
import { providerCall } from '../../provider-call.ts';

function createDecoder(): StreamDecoder {
  const decoder = mistral().operations.chat?.stream?.createDecoder(providerCall({ stream: true }));
  if (decoder === undefined) throw new Error('the provider cannot stream chat');
  return decoder;
}

const chunk = (delta: object, finish: string | null = null, rest: object = {}): object => ({
  id: 'x',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: finish }],
  ...rest,
});

/** Each shape with what it must become. */
const failures: readonly (readonly [shape: string, event: object, status: number, message: string, retryable: boolean])[] = [
  ['flat', { object: 'error', message: 'm', type: 'internal_error', param: null, code: '1000' }, 502, 'm', true],
  ['flat with its status', { object: 'error', message: 'm', type: 't', code: null, raw_status_code: 503 }, 502, 'm', true],
  [
    'a validation list in the message',
    { object: 'error', message: { detail: [{ type: 't', loc: ['body', 'n'], msg: 'bad' }] }, type: 'invalid_request_error' },
    400,
    'body.n: bad',
    false,
  ],
  ['a validation list', { detail: [{ loc: ['body', 'n'], msg: 'bad' }] }, 502, 'body.n: bad', true],
  ['a detail', { detail: 'Not Found' }, 502, 'Not Found', true],
  ['the gateway', { message: 'no', request_id: 'r' }, 502, 'no', true],
  ['a rate limit', { message: 'slow', type: 'rate_limited', code: '1300' }, 429, 'slow', true],
  [
    'a guardrail',
    { error: { message: 'Content blocked by guardrail', status: 403 }, guardrails: [] },
    403,
    'Content blocked by guardrail',
    false,
  ],
  ['an error object', { error: { message: 'm', type: 'server_error', code: 500 } }, 502, 'm', true],
  ['a mistake of the caller', { error: { message: 'm', type: 'invalid_request_error', code: 400 } }, 400, 'm', false],
];

describe('the decoder of chat streams', () => {
  it.each(failures)('throws what an event reports: %s', (_shape, event, status, message, retryable) => {
    const { chunks, error } = decodeStream(createDecoder(), [eventStream(chunk({ role: 'assistant', content: '' }), event)]);
    expect(chunks).toHaveLength(1);
    expect(error).toMatchObject({ status, message, retryable });
  });

  it('throws a field named error, JSON or not', () => {
    const frame = (data: string): Frame => ({ kind: 'error', data });
    expect(() => createDecoder().decode(frame('{"message":"m"}'))).toThrow(
      expect.objectContaining({ status: 502, message: 'm', source: 'provider' }),
    );
    expect(() => createDecoder().decode(frame('out of memory'))).toThrow(
      expect.objectContaining({ status: 502, message: 'out of memory' }),
    );
  });

  it('hides a refused key behind a message of its own', () => {
    const { error } = decodeStream(createDecoder(), [eventStream({ detail: 'Unauthorized', status: 401 })]);
    expect(error).toMatchObject({ status: 502, code: 'provider_credentials', retryable: false });
  });

  it('sends usage once although several chunks count', () => {
    const usage = (n: number): object => ({ usage: { prompt_tokens: n, completion_tokens: n, total_tokens: 2 * n } });
    const { chunks, complete } = decodeStream(createDecoder(), [
      eventStream(chunk({ content: 'a' }, null, usage(1)), chunk({}, 'stop', usage(2)), '[DONE]', '[DONE]'),
    ]);
    expect(complete).toBe(true);
    expect(chunks.filter((one) => one['usage'] !== undefined)).toEqual([
      expect.objectContaining({ choices: [], usage: { prompt_tokens: 2, completion_tokens: 2, total_tokens: 4 } }),
    ]);
    expect(chunks.at(-1)).toHaveProperty('usage');
  });

  it('pins id, created and model to those of the first chunk', () => {
    const { chunks } = decodeStream(createDecoder(), [
      eventStream(chunk({ content: 'a' }), { ...chunk({ content: 'b' }, 'stop'), id: 'y', created: 2, model: 'n' }),
    ]);
    expect(chunks.map(({ id, created, model }) => [id, created, model])).toEqual(chunks.map(() => ['x', 1, 'm']));
  });

  it('makes up a head where no chunk has one', () => {
    const { chunks } = decodeStream(createDecoder(), [eventStream({ choices: [{ delta: { content: 'a' } }] })]);
    expect(chunks).toMatchObject([{ id: 'call-1', created: 1_700_000_000, model: 'mistral-small-latest', choices: [{ index: 0 }] }]);
  });

  it.each([
    ['nothing came', [], false],
    ['only the mark came', ['[DONE]'], true],
    ['only garbage came', ['{"half":'], false],
    [
      'one of two choices did not finish',
      [chunk({ content: 'a' }, 'stop'), { choices: [{ index: 1, delta: { content: 'b' }, finish_reason: null }] }],
      false,
    ],
    ['the finish came among garbage', ['<html>', chunk({ content: 'a' }, 'stop'), '{'], true],
  ] as const)('knows whether the stream had ended when %s', (_title, events, complete) => {
    expect(decodeStream(createDecoder(), [eventStream(...events)]).complete).toBe(complete);
  });
});
