import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { requestHeadersForUpstream } from '../../src/headers/request-headers.ts';

const goesUp: readonly string[] = [
  'accept',
  'accept-language',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'range',
  'traceparent',
  'tracestate',
  'user-agent',
  'x-request-id',
];

const staysHere: readonly string[] = [
  'accept-encoding',
  'api-key',
  'authorization',
  'baggage',
  'cache-control',
  'cf-aig-authorization',
  'cf-connecting-ip',
  'connection',
  'content-encoding',
  'content-length',
  'content_type',
  'cookie',
  'cookie2',
  'dnt',
  'expect',
  'forwarded',
  'host',
  'http2-settings',
  'keep-alive',
  'openai-beta',
  'openai-organization',
  'origin',
  'pragma',
  'proxy-authorization',
  'proxy-connection',
  'referer',
  'sec-fetch-site',
  'te',
  'trailer',
  'transfer-encoding',
  'transfer_encoding',
  'true-client-ip',
  'upgrade',
  'user_agent',
  'via',
  'x-ai-proxy-key',
  'x-api-key',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-http-method-override',
  'x-original-url',
  'x-portkey-api-key',
  'x-real-ip',
  'x-rewrite-url',
  'x-should-retry',
  'x-stainless-lang',
  'x_api_key',
  'x_forwarded_for',
];

const neverEvenWhenNamed: readonly string[] = [
  'api-key',
  'api_key',
  'Authorization',
  'baggage',
  'cf-connecting-ip',
  'connection',
  'content-length',
  'cookie',
  'expect',
  'forwarded',
  'host',
  'keep-alive',
  'origin',
  'proxy-authorization',
  'proxy_authorization',
  'referer',
  'te',
  'trailer',
  'Transfer-Encoding',
  'transfer_encoding',
  'upgrade',
  'x-ai-proxy-key',
  'X-Api-Key',
  'x-forwarded-for',
  'x_forwarded_for',
  'x-portkey-config',
  'x-real-ip',
  ':authority',
  '__proto__',
];

describe('requestHeadersForUpstream', () => {
  it.each(goesUp)('%s goes up', (name) => {
    expect(requestHeadersForUpstream({ [name]: 'value' })).toEqual({ [name]: 'value' });
  });

  it.each(staysHere)('%s stays here', (name) => {
    expect(requestHeadersForUpstream({ [name]: 'value', accept: 'x/y' })).toEqual({ accept: 'x/y' });
  });

  it('lets more through where a provider asks for it', () => {
    const headers = { 'openai-beta': 'assistants=v2', 'content-encoding': 'gzip', 'x-other': 'no' };
    expect(requestHeadersForUpstream(headers, ['OpenAI-Beta', 'content-encoding'])).toEqual({
      'openai-beta': 'assistants=v2',
      'content-encoding': 'gzip',
    });
  });

  it.each(neverEvenWhenNamed)('%s does not go up though it is asked for', (name) => {
    const headers = Object.fromEntries([
      [name, 'value'],
      [name.toLowerCase(), 'value'],
    ]);
    expect(requestHeadersForUpstream(headers, [name])).toEqual({});
  });

  it('keeps what the connection header nominates, but not the type of the body', () => {
    const headers = {
      connection: 'keep-alive, X-Request-Id,range , content-type',
      'x-request-id': '1',
      range: 'bytes=0-1',
      'content-type': 'a/b',
      accept: '*/*',
    };
    expect(requestHeadersForUpstream(headers)).toEqual({ 'content-type': 'a/b', accept: '*/*' });
    expect(requestHeadersForUpstream({ connection: ['accept', 'range'], accept: '*/*', range: 'bytes=0-1' })).toEqual({});
    expect(requestHeadersForUpstream({ connection: 'x-own', x_own: '1' }, ['x_own'])).toEqual({});
    expect(requestHeadersForUpstream({ connection: 'x_request_id', 'x-request-id': '1' })).toEqual({});
  });

  it.each(['a\r\nx: y', 'a\nb', 'a\rb', 'a\0b', 'a\u0001b', 'a\x7fb', 'a\u0100b'])('drops the value %j', (value) => {
    expect(requestHeadersForUpstream({ 'x-request-id': value, accept: 'a\tb é' })).toEqual({ accept: 'a\tb é' });
    expect(requestHeadersForUpstream({ 'x-request-id': ['fine', value] })).toEqual({});
  });

  it('joins a header that came several times', () => {
    expect(requestHeadersForUpstream({ accept: ['a/b', 'c/d'] })).toEqual({ accept: 'a/b, c/d' });
  });

  it('reads own headers only', () => {
    const headers = Object.create({ accept: 'inherited', connection: 'range' }) as Record<string, string>;
    headers['range'] = 'bytes=0-1';
    expect(requestHeadersForUpstream(headers)).toEqual({ range: 'bytes=0-1' });
    const hostile = JSON.parse('{"__proto__":{"accept":"polluted"},"constructor":"x","user-agent":"u"}') as Record<string, string>;
    expect(requestHeadersForUpstream(hostile, ['constructor', '__proto__'])).toEqual({ constructor: 'x', 'user-agent': 'u' });
    expect(requestHeadersForUpstream({}, ['tostring', 'constructor'])).toEqual({});
  });

  it('passes over absent values', () => {
    expect(requestHeadersForUpstream({ accept: undefined })).toEqual({});
  });
});

const corpora = process.env['CORPORA'];

describe.skipIf(corpora === undefined)('transfer encodings of smugglers (skipped where CORPORA is not set)', () => {
  it('none goes up in any spelling', () => {
    if (corpora === undefined) return;
    const mutations = JSON.parse(readFileSync(join(corpora, 'smuggling/te-mutations.json'), 'utf8')) as Record<string, string>;
    expect(Object.keys(mutations).length).toBeGreaterThan(100);
    for (const raw of Object.values(mutations)) {
      const headers: Record<string, string> = {};
      for (const line of raw.split('\r\n').slice(1)) {
        const colon = line.indexOf(':');
        if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1);
      }
      for (const [name, value] of Object.entries(requestHeadersForUpstream(headers, Object.keys(headers)))) {
        expect(name).not.toMatch(/^(?:transfer[-_]encoding|content[-_]length|host|te)$/);
        expect(value).not.toMatch(/[\r\n\0]/);
        expect(name).toMatch(/^[!#$%&'*+\-.^_`|~0-9a-z]+$/);
      }
    }
  });
});
