import { describe, expect, it } from 'vitest';

import { responseHeadersForCaller } from '../../src/headers/response-headers.ts';

type Verdict = 'both' | 'as it came' | 'never';

/** What comes down when the bytes are untouched, and when they are not. */
const verdicts: readonly (readonly [string, Verdict])[] = [
  ['accept-ch', 'never'],
  ['accept-ranges', 'as it came'],
  ['access-control-allow-credentials', 'never'],
  ['access-control-allow-origin', 'never'],
  ['access_control_allow_origin', 'never'],
  ['age', 'both'],
  ['alt-svc', 'never'],
  ['authentication-info', 'never'],
  ['cache-control', 'both'],
  ['cf-ray', 'both'],
  ['clear-site-data', 'never'],
  ['connection', 'never'],
  ['content-digest', 'as it came'],
  ['content-disposition', 'both'],
  ['content-encoding', 'as it came'],
  ['content-language', 'both'],
  ['content-md5', 'as it came'],
  ['content-range', 'as it came'],
  ['content-security-policy', 'both'],
  ['content-type', 'both'],
  ['content_encoding', 'as it came'],
  ['critical-ch', 'never'],
  ['date', 'both'],
  ['digest', 'as it came'],
  ['etag', 'as it came'],
  ['expect-ct', 'never'],
  ['keep-alive', 'never'],
  ['last-modified', 'both'],
  ['location', 'both'],
  ['nel', 'never'],
  ['openai-processing-ms', 'both'],
  ['origin-agent-cluster', 'never'],
  ['proxy-authenticate', 'never'],
  ['proxy-connection', 'never'],
  ['proxy_authenticate', 'never'],
  ['public-key-pins', 'never'],
  ['report-to', 'never'],
  ['reporting-endpoints', 'never'],
  ['repr-digest', 'as it came'],
  ['retry-after', 'both'],
  ['server', 'never'],
  ['service-worker-allowed', 'never'],
  ['set-cookie', 'never'],
  ['set-cookie2', 'never'],
  ['set_cookie', 'never'],
  ['strict-transport-security', 'never'],
  ['te', 'never'],
  ['trailer', 'never'],
  ['transfer-encoding', 'never'],
  ['transfer_encoding', 'never'],
  ['upgrade', 'never'],
  ['vary', 'both'],
  ['via', 'never'],
  ['www-authenticate', 'never'],
  ['x-accel-buffering', 'never'],
  ['x-accel-redirect', 'never'],
  ['x-ai-proxy-cost', 'never'],
  ['x-ai-proxy-id', 'never'],
  ['x_ai_proxy_id', 'never'],
  ['x-content-type-options', 'both'],
  ['x-envoy-upstream-service-time', 'both'],
  ['x-kong-request-id', 'both'],
  ['x-middleware-rewrite', 'never'],
  ['x-powered-by', 'never'],
  ['x-ratelimit-remaining-requests', 'both'],
  ['x-request-id', 'both'],
  ['x-sendfile', 'never'],
];

describe('responseHeadersForCaller', () => {
  it.each(verdicts)('%s: %s', (name, verdict) => {
    const headers = { [name]: 'value', [name.toUpperCase()]: 'value' };
    const kept = { [name]: 'value' };
    expect(responseHeadersForCaller(headers, { reframed: false })).toEqual(verdict === 'never' ? {} : kept);
    expect(responseHeadersForCaller(headers, { reframed: true })).toEqual(verdict === 'both' ? kept : {});
  });

  it.each([
    ['12', { 'content-length': '12' }],
    ['12, 12', {}],
    ['+12', {}],
    ['0x10', {}],
    ['', {}],
    [['12', '13'], {}],
  ])('a content-length of %j gives %j', (value, expected) => {
    expect(responseHeadersForCaller({ 'content-length': value }, { reframed: false })).toEqual(expected);
    expect(responseHeadersForCaller({ 'content-length': value }, { reframed: true })).toEqual({});
  });

  it('drops what the connection header nominates, but nothing that the body needs', () => {
    const headers = {
      connection: 'close, X-Internal, content-type,Content-Encoding, content-length, retry_after',
      'x-internal': '1',
      x_internal: '1',
      'retry-after': '3',
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'content-length': '5',
    };
    expect(responseHeadersForCaller(headers, { reframed: false })).toEqual({
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'content-length': '5',
    });
  });

  it('keeps every value of a header that came several times', () => {
    expect(responseHeadersForCaller({ link: ['<a>', '<b>'], vary: [] }, { reframed: true })).toEqual({ link: ['<a>', '<b>'] });
  });

  it.each(['a\r\nset-cookie: x=1', 'a\nb', 'a\rb', 'a\0b', 'a\u2028b'])('drops the value %j', (value) => {
    expect(responseHeadersForCaller({ 'x-request-id': value, link: [value, '<b>'] }, { reframed: false })).toEqual({ link: ['<b>'] });
  });

  it.each(['x y', 'x:y', 'x\r\ny', '', ':status', 'é'])('drops the name %j', (name) => {
    expect(responseHeadersForCaller({ [name]: 'v' }, { reframed: false })).toEqual({});
  });

  it('takes no harm from names that mean something to JavaScript', () => {
    const hostile = JSON.parse('{"__proto__":["x"],"constructor":"c","hasownproperty":"h","etag":"e"}') as Record<
      string,
      string | string[]
    >;
    const down = responseHeadersForCaller(hostile, { reframed: false });
    expect(Object.getPrototypeOf(down)).toBe(Object.prototype);
    expect(down).toEqual({ constructor: 'c', hasownproperty: 'h', etag: 'e' });
  });

  it('reads own headers only', () => {
    const headers = Object.create({ 'x-request-id': 'inherited', connection: 'etag' }) as Record<string, string>;
    headers['etag'] = '"1"';
    expect(responseHeadersForCaller(headers, { reframed: false })).toEqual({ etag: '"1"' });
  });

  it('passes over absent values', () => {
    expect(responseHeadersForCaller({ etag: undefined }, { reframed: false })).toEqual({});
  });
});
