import { memoryCounter } from '@ai-proxy/core';
import type { Counter, ReserveAnswer } from '@ai-proxy/core';
import { describe, expect, it } from 'vitest';
import { writeDuration } from '../../src/admit/rate-headers.ts';
import { sendJson } from '../../../core/test/fixtures/http-upstream.ts';
import { completion } from '../../../core/test/fixtures/answers.ts';
import { makeRequest } from '../../../core/test/fixtures/make-request.ts';
import { asked, chat, makeGateway } from '../fixtures/make-gateway.ts';

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('limits of a key', () => {
  it('on requests are told on every answer, also on the one that refuses', async () => {
    const gateway = await makeGateway({
      answer: (_request, response) => sendJson(response, 200, completion('x'), { 'x-ratelimit-limit-requests': '9999' }),
    });
    const key = await gateway.addKey({ alias: 'ci', limits: { requestsPerMinute: 2 } });
    const answers = [await gateway.ask(chat(key)), await gateway.ask(chat(key)), await gateway.ask(chat(key))];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(answers.map(({ headers }) => [headers['x-ratelimit-limit-requests'], headers['x-ratelimit-remaining-requests']])).toEqual([
      ['2', '1'],
      ['2', '0'],
      ['2', '0'],
    ]);
    const [, , refused] = answers;
    expect(refused?.headers['x-ratelimit-reset-requests']).toBe('1m2s');
    expect(refused?.headers['retry-after']).toBe('62');
    expect(refused?.error()).toMatchObject({
      code: 'rate_limit_exceeded',
      type: 'rate_limit_error',
      message: 'The key "ci" may make 2 requests per minute, and has. Try again in 62 s.',
    });
    expect(asked(gateway.upstream)).toBe(2);
    gateway.pass(61_999);
    expect((await gateway.ask(chat(key))).status).toBe(429);
    gateway.pass(1);
    expect((await gateway.ask(chat(key))).status).toBe(200);
  });

  it('on tokens count the truth, and not what was reserved', async () => {
    const gateway = await makeGateway();
    const key = await gateway.addKey({ limits: { tokensPerMinute: 200 } });
    for (let call = 0; call < 10; call += 1) {
      const answer = await gateway.ask(chat(key));
      expect(answer.status).toBe(200);
      await settled();
      expect(answer.headers['x-ratelimit-limit-tokens']).toBe('200');
    }
    const listing = await gateway.ask(chat(key));
    expect(Number(listing.headers['x-ratelimit-remaining-tokens'])).toBeLessThan(200 - 70);
  });

  it('on tokens let a call that could use more than there is go alone', async () => {
    const gateway = await makeGateway();
    const key = await gateway.addKey({ limits: { tokensPerMinute: 50 } });
    const together = await Promise.all([gateway.ask(chat(key)), gateway.ask(chat(key))]);
    expect(together.map(({ status }) => status).toSorted((one, two) => one - two)).toEqual([200, 429]);
  });

  it('on calls at once are free again when a call has ended', async () => {
    const waiting: (() => void)[] = [];
    const gateway = await makeGateway({
      async answer(_request, response) {
        await new Promise<void>((resolve) => waiting.push(resolve));
        sendJson(response, 200, completion('x'));
      },
    });
    const key = await gateway.addKey({ limits: { parallel: 2 } });
    const open = [gateway.ask(chat(key)), gateway.ask(chat(key))];
    await gateway.upstream.request(1);
    const refused = await gateway.ask(chat(key));
    expect([refused.status, refused.headers['retry-after'], refused.error()['message']]).toEqual([
      429,
      '1',
      `The key "sk-...w3Zk" may have 2 calls under way at once, and has. Try again when one of them has ended.`,
    ]);
    for (const go of waiting) go();
    expect((await Promise.all(open)).map(({ status }) => status)).toEqual([200, 200]);
    await settled();
    const next = gateway.ask(chat(key));
    await gateway.upstream.request(2);
    waiting.at(-1)?.();
    expect((await next).status).toBe(200);
  });

  it('for single models hold beside those for all', async () => {
    const gateway = await makeGateway();
    const key = await gateway.addKey({ limits: { requestsPerMinute: 10, perModel: { 'test/large': { requestsPerMinute: 1 } } } });
    const statuses: number[] = [];
    for (const model of ['test/large', 'large', 'test/small']) statuses.push((await gateway.ask(chat(key, { model }))).status);
    expect(statuses).toEqual([200, 429, 200]);
  });

  it('are named by who is limited: the one that lasts longest', async () => {
    const gateway = await makeGateway({
      teams: { research: { requestsPerMinute: 1 } },
      owners: (name) => (name === 'ada' ? { parallel: 0 } : undefined),
    });
    const team = await gateway.addKey({ team: 'research', limits: { requestsPerMinute: 5 } });
    await gateway.ask(chat(team));
    expect((await gateway.ask(chat(team))).error()['message']).toContain('The team "research" may make 1 requests per minute');
    expect((await gateway.ask(chat(await gateway.addKey({ owner: 'ada' })))).error()['message']).toContain(
      'The owner "ada" may have 0 calls',
    );
  });

  it('hold for listings too, and for native routes', async () => {
    const gateway = await makeGateway();
    const key = await gateway.addKey({ limits: { requestsPerMinute: 2 } });
    const ask = (target: string, body?: unknown) =>
      gateway.ask(makeRequest(target, body, { headers: { 'content-type': 'application/json', 'x-api-key': key } }));
    const answers = [await ask('/v1/models'), await ask('/test/v1/chat', { model: 'small' }), await ask('/v1/models')];
    expect(answers.map(({ status, headers }) => [status, headers['x-ratelimit-remaining-requests']])).toEqual([
      [200, '1'],
      [200, '0'],
      [429, '0'],
    ]);
  });

  it('cannot be passed by the spelling of headers or the word of another address', async () => {
    const gateway = await makeGateway();
    const key = await gateway.addKey({ limits: { requestsPerMinute: 1 } });
    await gateway.ask(chat(key));
    const tries = [
      { 'x-forwarded-for': '1.2.3.4' },
      { 'x-real-ip': '9.9.9.9' },
      { authorization: `BEARER   ${key}` },
      { 'x-ai-proxy-key': key },
      { 'x-ai-proxy-end-user': 'someone' },
    ];
    const statuses = await Promise.all(tries.map(async (headers) => (await gateway.ask(chat(key, {}, headers))).status));
    expect(statuses).toEqual(tries.map(() => 429));
  });
});

describe('a counter that fails', () => {
  const faults: Record<string, () => Promise<ReserveAnswer>> = {
    rejects: () => Promise.reject(new Error('ECONNRESET')),
    hangs: () => new Promise(() => undefined),
    'answers nonsense': async () => ({ kind: 'sure' }) as unknown as ReserveAnswer,
    'answers nothing': async () => undefined as unknown as ReserveAnswer,
    throws: () => {
      throw new Error('no');
    },
  };

  it.each(Object.entries(faults))('keeps budgets closed: it %s', async (_what, reserve) => {
    const gateway = await makeGateway({ counter: { ...memoryCounter({ name: 'the tally' }), reserve }, patience: { timeout: 30 } });
    const answer = await gateway.ask(chat(await gateway.addKey({ limits: { budgets: [{ limit: 1_000_000 }], requestsPerMinute: 10 } })));
    expect([answer.status, answer.error()['code'], asked(gateway.upstream)]).toEqual([503, 'store_unavailable', 0]);
    expect(answer.error()['message']).toContain('"the tally"');
  });

  it.each(Object.entries(faults))('leaves to each process a share of the rates: it %s', async (_what, reserve) => {
    const gateway = await makeGateway({ counter: { ...memoryCounter(), reserve }, patience: { timeout: 30 }, localShare: 0.25 });
    const key = await gateway.addKey({ limits: { requestsPerMinute: 20, parallel: 8, tokensPerMinute: 100_000 } });
    const statuses: number[] = [];
    for (let call = 0; call < 8; call += 1) statuses.push((await gateway.ask(chat(key))).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
  });

  it('is asked no more for a while, then once, and then by everybody', async () => {
    const counter = memoryCounter();
    let isDown = true;
    let questions = 0;
    const unstable: Counter = {
      ...counter,
      reserve: async (one) => {
        questions += 1;
        if (isDown) throw new Error('gone');
        return counter.reserve(one);
      },
      release: async (one) => {
        if (isDown) throw new Error('gone');
        return counter.release(one);
      },
    };
    const gateway = await makeGateway({ counter: unstable });
    const key = await gateway.addKey({ limits: { budgets: [{ limit: 1_000_000 }] } });
    for (let call = 0; call < 10; call += 1) expect((await gateway.ask(chat(key))).status).toBe(503);
    expect(questions).toBeLessThanOrEqual(3);
    isDown = false;
    gateway.pass(1000);
    expect([(await gateway.ask(chat(key))).status, (await gateway.ask(chat(key))).status]).toEqual([200, 200]);
  });

  it('is told afterwards what calls have used that it did not hear of', async () => {
    const counter = memoryCounter();
    let failures = 2;
    const settlements: unknown[] = [];
    const deaf: Counter = {
      ...counter,
      settle: async (one, amounts) => {
        failures -= 1;
        if (failures >= 0) throw new Error('gone');
        settlements.push(Object.values(amounts));
        return counter.settle(one, amounts);
      },
    };
    const gateway = await makeGateway({ counter: deaf, reservationTtl: 1000 });
    await gateway.ask(chat(await gateway.addKey({ limits: { budgets: [{ limit: 1_000_000 }] } })));
    await gateway.proxy.close({ grace: 2000 });
    expect(settlements).toEqual([[43]]);
  });
});

describe('durations', () => {
  it('are written as OpenAI writes them', () => {
    expect([0, 1, 999, 1000, 1001, 59_000, 60_000, 361_000].map(writeDuration)).toEqual([
      '0ms',
      '1ms',
      '999ms',
      '1s',
      '2s',
      '59s',
      '1m0s',
      '6m1s',
    ]);
  });
});
