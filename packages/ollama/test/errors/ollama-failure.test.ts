import { describe, expect, it } from 'vitest';

import type { ProviderFailure } from '@ai-proxy/core';
import { ollama } from '../../src/index.ts';

const failureOf = (status: number, body: unknown): ProviderFailure => ollama().error({ status, headers: {}, body });

type Row = readonly [status: number, body: unknown, expected: ProviderFailure];

describe('an answer that is not 2xx', () => {
  const rows: readonly Row[] = [
    [400, { error: 'missing request body' }, { message: 'missing request body', param: null, code: null }],
    [400, { error: '"m" does not support thinking' }, { message: '"m" does not support thinking', param: null, code: null }],
    [
      404,
      { error: 'model "x" not found, try pulling it first' },
      { message: 'model "x" not found, try pulling it first', param: null, code: 'model_not_found' },
    ],
    [404, { error: "model 'x' not found" }, { message: "model 'x' not found", param: null, code: 'model_not_found' }],
    [429, { error: 'too many requests' }, { message: 'too many requests', param: null, code: null }],
    [
      500,
      { error: 'option "stop" must be of type array' },
      { message: 'option "stop" must be of type array', param: null, code: null, status: 400, retryable: false },
    ],
    [
      500,
      { error: 'llama runner process has terminated: signal: killed' },
      { message: 'llama runner process has terminated: signal: killed', param: null, code: null, status: 500, retryable: true },
    ],
    [
      500,
      { error: 'model requires more system memory (8.0 GiB) than is available (4.0 GiB)' },
      {
        message: 'model requires more system memory (8.0 GiB) than is available (4.0 GiB)',
        param: null,
        code: null,
        status: 500,
        retryable: true,
      },
    ],
    [500, { error: 'template: no' }, { message: 'template: no', param: null, code: null }],
    [500, '', { message: 'HTTP 500', param: null, code: null }],
    [502, '<html>bad gateway</html>', { message: '<html>bad gateway</html>', param: null, code: null }],
    [
      503,
      { error: 'server busy, please try again.  maximum pending requests exceeded' },
      { message: 'server busy, please try again.  maximum pending requests exceeded', param: null, code: null },
    ],
    [
      503,
      { error: { message: 'overloaded', type: 'overloaded_error', code: 'busy' } },
      { message: 'overloaded', type: 'overloaded_error', param: null, code: 'busy' },
    ],
    [401, { error: 'unauthorized', signin_url: 'https://ollama.com/connect?key=x' }, { message: 'unauthorized', param: null, code: null }],
    [401, '', { message: 'unauthorized', param: null, code: null }],
    [
      403,
      { error: 'this model requires a subscription' },
      { message: 'this model requires a subscription', param: null, code: null, credentials: false },
    ],
    [403, { error: 'unauthorized' }, { message: 'unauthorized', param: null, code: null }],
    [405, '405 method not allowed', { message: '405 method not allowed', param: null, code: null }],
  ];
  it.each(rows)('of %i %j says what it means', (status, body, expected) => {
    expect(failureOf(status, body)).toEqual(expected);
  });

  it('that is an empty 403 is a mistake in the address, and not the caller’s', () => {
    expect(failureOf(403, '')).toEqual({
      message: expect.stringContaining('OLLAMA_HOST') as unknown,
      status: 502,
      code: 'provider_error',
      param: null,
      retryable: false,
      credentials: false,
    });
  });

  it('that is a 404 about the path says that the server is none of Ollama’s', () => {
    expect(failureOf(404, '404 page not found')).toEqual({
      message: expect.stringContaining('404 page not found') as unknown,
      status: 502,
      code: 'provider_error',
      param: null,
      retryable: false,
    });
  });
});

describe('an error inside an answer that began well', () => {
  const rows: readonly Row[] = [
    [
      200,
      { error: 'an error was encountered' },
      { message: 'an error was encountered', param: null, code: null, status: 502, retryable: true },
    ],
    [
      200,
      { error: "model 'x' not found" },
      { message: "model 'x' not found", param: null, code: 'model_not_found', status: 404, retryable: false },
    ],
    [
      200,
      { error: 'm does not support tools' },
      { message: 'm does not support tools', param: null, code: null, status: 400, retryable: false },
    ],
    [
      200,
      { error: 'option "top_k" must be of type integer' },
      { message: 'option "top_k" must be of type integer', param: null, code: null, status: 400, retryable: false },
    ],
    [
      200,
      { error: 'server busy, please try again' },
      { message: 'server busy, please try again', param: null, code: null, status: 503, retryable: true },
    ],
    [200, { error: 'slow down', status: 429 }, { message: 'slow down', param: null, code: null, status: 429, retryable: true }],
    [
      200,
      { error: { message: 'm', type: 't', code: 418 } },
      { message: 'm', type: 't', param: null, code: null, status: 418, retryable: false },
    ],
    [
      200,
      { error: '{"error":{"message":"inner","status":400}}' },
      { message: 'inner', param: null, code: null, status: 400, retryable: false },
    ],
    [200, { error: '{ broken' }, { message: '{ broken', param: null, code: null, status: 502, retryable: true }],
    [200, { error: true }, { message: '{"error":true}', param: null, code: null, status: 502, retryable: true }],
    [200, { error: 'unexpected EOF' }, { message: 'unexpected EOF', param: null, code: null, status: 502, retryable: true }],
  ];
  it.each(rows)('of %i %j says what it means', (status, body, expected) => {
    expect(failureOf(status, body)).toEqual(expected);
  });

  it('about a credential is told without the words of the provider', () => {
    expect(failureOf(200, { error: 'unauthorized: key abc' })).toEqual({
      message: expect.not.stringContaining('abc') as unknown,
      status: 502,
      code: 'provider_credentials',
      param: null,
      retryable: false,
    });
  });
});
