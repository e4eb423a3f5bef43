import { describe, expect, it } from 'vitest';
import { withAnswerHeaders } from '../../src/answer/answer-headers.ts';
import type { HttpRelay } from '../../src/index.ts';
import { definePolicy, ProxyError } from '../../src/index.ts';
import { completion } from '../fixtures/answers.ts';
import { sendJson, startUpstream } from '../fixtures/http-upstream.ts';
import { makeProxy } from '../fixtures/make-proxy.ts';
import { chatRequest } from '../fixtures/make-request.ts';
import { testProvider } from '../fixtures/test-provider.ts';

const theirs = {
  'content-type': 'application/json',
  'x-ratelimit-limit-requests': '999',
  'x-ratelimit-remaining-tokens': '5',
  'ratelimit-policy': '9',
};

describe('the headers that policies give an answer', () => {
  it('stand on whole answers, and nothing of the provider’s limits beside them', () => {
    const reply = withAnswerHeaders({ status: 200, headers: theirs, body: '{}' }, { 'x-ratelimit-limit-requests': '3' });
    expect(reply).toEqual({ status: 200, headers: { 'content-type': 'application/json', 'x-ratelimit-limit-requests': '3' }, body: '{}' });
  });

  it('leave the provider’s limits where they are about something else', () => {
    expect(withAnswerHeaders({ status: 200, headers: theirs }, { 'x-own': '1' }).headers).toEqual({ ...theirs, 'x-own': '1' });
    const untouched = { status: 200, headers: theirs };
    expect(withAnswerHeaders(untouched, {})).toBe(untouched);
  });

  it('stand on the answers of relays, good or failed', () => {
    const relay: HttpRelay = {
      kind: 'relay',
      url: new URL('http://upstream.example/'),
      method: 'GET',
      headers: {},
      signal: new AbortController().signal,
      clocks: { connect: 0, firstByte: 0, idle: 0 },
      responseHeaders: () => ({ ...theirs }),
      settle: () => undefined,
      failure: () => ({ status: 502, headers: {} }),
    };
    const { body } = withAnswerHeaders({ status: 200, headers: {}, body: relay }, { 'x-ratelimit-limit-requests': '3' });
    const dressed = body as HttpRelay;
    expect(dressed.responseHeaders(200, {})).toEqual({ 'content-type': 'application/json', 'x-ratelimit-limit-requests': '3' });
    expect(dressed.failure(new Error('gone')).headers).toEqual({ 'x-ratelimit-limit-requests': '3' });
  });

  it.each([true, false])('reach the caller, served or refused: %s', async (isServed) => {
    const upstream = await startUpstream((_request, response) => sendJson(response, 200, completion('hello')));
    const policy = definePolicy({
      name: 'limits',
      stage: 'identify',
      handle(call, next) {
        call.answerHeaders['x-ratelimit-remaining-requests'] = '7';
        return isServed ? next() : Promise.reject(new ProxyError('no', { status: 429, code: 'rate_limit_exceeded', source: 'policy' }));
      },
    });
    const proxy = makeProxy([testProvider(upstream.url)], { policies: [[policy]] });
    const reply = await proxy.handle(chatRequest());
    expect([reply?.status, reply?.headers['x-ratelimit-remaining-requests']]).toEqual([isServed ? 200 : 429, '7']);
    expect(upstream.requests).toHaveLength(isServed ? 1 : 0);
  });
});
