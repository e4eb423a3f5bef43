import { describe, expect, it } from 'vitest';
import { answerError } from '../../src/answer/answer-error.ts';
import { openaiFace } from '../../src/faces/openai/openai-face.ts';
import { errorTypeOf, ProxyError } from '../../src/index.ts';
import type { Face } from '../../src/index.ts';

const nativeFace: Face = { ...openaiFace, name: 'test', isNative: true, errorBody: (error) => ({ fault: error.message }) };
const upstream = {
  status: 418,
  headers: { 'content-type': 'text/odd', 'content-length': '9', 'set-cookie': 'a=b', 'x-theirs': '1' },
  bytes: Uint8Array.of(1),
};
const failed = new ProxyError('Failed.', { status: 502, code: 'theirs', param: 'seed', source: 'provider', retryAfter: 1, upstream });

describe('answerError', () => {
  it('writes OpenAI’s form with all four keys', () => {
    const reply = answerError(failed, openaiFace, { 'x-ai-proxy-id': '1' });
    expect([reply.status, reply.headers]).toEqual([
      502,
      {
        'content-type': 'application/json',
        'x-ai-proxy-error-source': 'provider',
        'retry-after': '1',
        'x-should-retry': 'false',
        'x-ai-proxy-id': '1',
      },
    ]);
    expect(JSON.parse(reply.body as string)).toEqual({ error: { message: 'Failed.', type: 'api_error', param: 'seed', code: 'theirs' } });
  });

  it('gives callers of the provider’s own dialect what the provider said', () => {
    const reply = answerError(failed, nativeFace);
    expect([reply.status, reply.body]).toEqual([418, upstream.bytes]);
    expect(reply.headers).toEqual({
      'content-type': 'text/odd',
      'x-theirs': '1',
      'x-ai-proxy-error-source': 'provider',
      'retry-after': '1',
      'x-should-retry': 'false',
    });
  });

  it('writes what is no provider’s in the words of the route', () => {
    const reply = answerError(new ProxyError('No.', { status: 403, code: 'route_closed', source: 'caller' }), nativeFace);
    expect([reply.status, reply.body]).toEqual([403, '{"fault":"No."}']);
    expect(Object.keys(reply.headers)).not.toContain('x-should-retry');
  });

  it.each([
    [0, '1'],
    [1, '1'],
    [1000, '1'],
    [1001, '2'],
    [60_000, '60'],
  ])('says %d ms as whole seconds, never too few', (retryAfter, header) => {
    const error = new ProxyError('Later.', { status: 429, code: null, retryAfter });
    expect(answerError(error, openaiFace).headers['retry-after']).toBe(header);
  });

  it.each([
    [400, 'invalid_request_error'],
    [401, 'authentication_error'],
    [403, 'permission_error'],
    [404, 'not_found_error'],
    [408, 'timeout_error'],
    [413, 'invalid_request_error'],
    [429, 'rate_limit_error'],
    [500, 'api_error'],
    [502, 'api_error'],
    [503, 'api_error'],
    [504, 'timeout_error'],
  ])('types %d as %s', (status, type) => {
    expect(errorTypeOf(status)).toBe(type);
  });
});
