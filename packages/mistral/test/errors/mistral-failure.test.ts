import { describe, expect, it } from 'vitest';

import type { ProviderFailure } from '@ai-proxy/core';
import { mistral } from '../../src/index.ts';

const read = (status: number, body: unknown): ProviderFailure => mistral().error({ status, headers: {}, body });
const plain = { param: null, code: null };

const rows: readonly (readonly [title: string, status: number, body: unknown, expected: ProviderFailure])[] = [
  [
    'flat',
    400,
    { object: 'error', message: 'm', type: 'invalid_model', param: null, code: '1500', raw_status_code: 400 },
    { message: 'm', type: 'invalid_model', param: null, code: '1500' },
  ],
  [
    'flat with a number for a code',
    400,
    { object: 'error', message: 'm', type: 'invalid_request_message_order', param: 'messages', code: 3230 },
    { message: 'm', type: 'invalid_request_message_order', param: 'messages', code: '3230' },
  ],
  [
    'a validation list in the message',
    422,
    {
      object: 'error',
      message: {
        detail: [{ type: 'extra_forbidden', loc: ['body', 'stream_options', 'include_usage'], msg: 'Extra inputs are not permitted' }],
      },
      type: 'invalid_request_error',
      param: null,
      code: null,
    },
    {
      message: 'body.stream_options.include_usage: Extra inputs are not permitted',
      type: 'invalid_request_error',
      param: 'stream_options.include_usage',
      code: null,
    },
  ],
  [
    'a validation list',
    422,
    {
      detail: [
        { loc: ['body', 'messages', 0], msg: 'a' },
        { loc: ['query', 'x'], msg: 'b' },
      ],
    },
    { message: 'body.messages.0: a; query.x: b', param: 'messages.0', code: null },
  ],
  ['a detail', 401, { detail: 'Unauthorized' }, { message: 'Unauthorized', ...plain }],
  ['the gateway', 404, { message: 'no Route matched', request_id: 'r' }, { message: 'no Route matched', ...plain }],
  [
    'a rate limit',
    429,
    { message: 'Rate limit exceeded', type: 'rate_limited', code: '1300' },
    { message: 'Rate limit exceeded', type: 'rate_limited', param: null, code: '1300' },
  ],
  [
    'a guardrail',
    403,
    { error: { message: 'Content blocked by guardrail', status: 403 }, guardrails: [{}] },
    { message: 'Content blocked by guardrail', ...plain, credentials: false },
  ],
  ['a page', 502, '<html>Bad gateway</html>', { message: '<html>Bad gateway</html>', ...plain }],
  ['nothing at all', 504, '', { message: 'HTTP 504', ...plain }],
  ['nothing, parsed', 504, undefined, { message: 'HTTP 504', ...plain }],
  [
    'a 500, which passes by itself',
    500,
    { object: 'error', message: 'm', type: 't', code: '1000' },
    { message: 'm', type: 't', param: null, code: '1000', retryable: true },
  ],
  ['a 520 of the network', 520, '', { message: 'HTTP 520', ...plain, retryable: true }],
  ['an empty list', 422, { detail: [] }, { message: '{"detail":[]}', ...plain }],
];

describe('an error of Mistral', () => {
  it.each(rows)('is read in the shape of %s', (_title, status, body, expected) => {
    expect(read(status, body)).toEqual(expected);
  });

  it('is cut at 1 KB where it is no JSON', () => {
    expect(read(503, 'x'.repeat(5000)).message).toHaveLength(1024);
  });

  it('is given the status that it means where the answer had a good one', () => {
    expect(read(200, { message: 'slow', type: 'rate_limited', code: '1300' })).toMatchObject({ status: 429, retryable: true });
    expect(read(200, { object: 'error', message: 'm', type: 'x' })).toMatchObject({ status: 502, retryable: true });
  });
});
