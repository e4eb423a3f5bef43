import { describe, expect, it } from 'vitest';

import { mistral } from '../../src/index.ts';

const read = (headers: Record<string, string | string[]>) => mistral().answerHeaders?.(headers);

describe('headers of answers', () => {
  it('keep rate limits under both names, the id and the wait, and nothing else', () => {
    expect(
      read({
        'x-ratelimit-limit-req-minute': '60',
        'x-ratelimit-remaining-req-minute': '59',
        'x-ratelimit-limit-tokens-minute': '500',
        'x-ratelimit-remaining-tokens-minute': '400',
        'x-ratelimit-remaining-tokens-month': '9',
        'x-ratelimit-tokens-query-cost': '7',
        'ratelimitbysize-remaining': '3',
        'x-ratelimitbysize-limit-minute': '4',
        'retry-after': '5',
        'mistral-correlation-id': 'c',
        'x-kong-request-id': 'k',
        'x-kong-upstream-latency': '1',
        'x-envoy-upstream-service-time': '1',
        'set-cookie': ['a=b', 'c=d'],
        'content-type': 'application/json',
        server: 'cloudflare',
      }),
    ).toEqual({
      'x-ratelimit-limit-req-minute': '60',
      'x-ratelimit-remaining-req-minute': '59',
      'x-ratelimit-limit-tokens-minute': '500',
      'x-ratelimit-remaining-tokens-minute': '400',
      'x-ratelimit-remaining-tokens-month': '9',
      'x-ratelimit-tokens-query-cost': '7',
      'ratelimitbysize-remaining': '3',
      'x-ratelimitbysize-limit-minute': '4',
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-limit-tokens': '500',
      'x-ratelimit-remaining-tokens': '400',
      'x-request-id': 'c',
      'retry-after': '5',
    });
  });

  it('do not overwrite the names of OpenAI, and take the id of the gateway where there is no other', () => {
    expect(read({ 'x-ratelimit-limit-requests': '1', 'x-ratelimit-limit-req-minute': '60', 'x-kong-request-id': 'k' })).toEqual({
      'x-ratelimit-limit-requests': '1',
      'x-ratelimit-limit-req-minute': '60',
      'x-request-id': 'k',
    });
  });

  it('are none where none of them came', () => {
    expect(read({})).toEqual({});
  });
});
