import { memoryCounter, memoryLedger } from '@ai-proxy/core';
import type { Counter, KeyRecord } from '@ai-proxy/core';
import { madeUpReceipt } from '@ai-proxy/testing';
import { describe, expect, it } from 'vitest';
import { completion, done, finish, role, text } from '../../../core/test/fixtures/answers.ts';
import { sendJson } from '../../../core/test/fixtures/http-upstream.ts';
import { makeRequest } from '../../../core/test/fixtures/make-request.ts';
import { answerChat, asked, chat, makeGateway } from '../fixtures/make-gateway.ts';
import type { Gateway } from '../fixtures/make-gateway.ts';

const budget = (limit: number, every?: string): Partial<KeyRecord> => ({
  limits: { budgets: [{ limit, ...(every === undefined ? {} : { every }) }] },
});

/** What counts for the only budget of a key. */
async function used({ counter }: Gateway, id: string, every = '', start = 0, kind = 'key'): Promise<readonly (number | undefined)[]> {
  const key = JSON.stringify([kind, id, null, 'money', every, 'UTC', start, 0]);
  const [reading] = await counter.read('ai-proxy', [{ kind: 'sum', key }]);
  return [reading?.used, reading?.reserved];
}

/** Until what a call has settled is counted. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

/** The body of `chat()` in bytes, at a micro each, and 10 tokens out at ten. */
const greatest = JSON.stringify({ model: 'test/small', messages: [{ role: 'user', content: 'hello' }], max_tokens: 10 }).length + 100;
/** 3 tokens in, 4 out. */
const truth = 43;

describe('a budget', () => {
  it('holds the greatest cost of a call while it runs, and the true one after it', async () => {
    let atUpstream: readonly (number | undefined)[] = [];
    const gateway: Gateway = await makeGateway({
      async answer(request, response, index) {
        atUpstream = await used(gateway, 'key_a');
        await answerChat(request, response, index);
      },
    });
    const key = await gateway.addKey({ id: 'key_a', ...budget(1000) });
    expect((await gateway.ask(chat(key))).status).toBe(200);
    await settled();
    expect([atUpstream, await used(gateway, 'key_a')]).toEqual([
      [greatest, greatest],
      [truth, 0],
    ]);
  });

  it('refuses what could exceed it, says whose it is, what is left and what to do', async () => {
    const gateway = await makeGateway();
    const key = await gateway.addKey({ id: 'key_a', alias: 'ci', ...budget(greatest + truth, '1mo') });
    expect((await gateway.ask(chat(key))).status).toBe(200);
    await settled();
    expect((await gateway.ask(chat(key))).status).toBe(200);
    await settled();
    const refused = await gateway.ask(chat(key));
    expect(refused.error()).toMatchObject({ code: 'budget_exceeded', type: 'insufficient_quota' });
    expect([refused.status, refused.headers['x-ai-proxy-error-source'], refused.headers['x-should-retry']]).toEqual([
      429,
      'policy',
      'false',
    ]);
    const seconds = (Date.UTC(2026, 5, 1) - Date.UTC(2026, 4, 4, 12)) / 1000;
    expect(refused.headers['retry-after']).toBe(String(seconds));
    expect(refused.error()['message']).toBe(
      `The key "ci" may spend 0.000${greatest + truth} dollars every 1mo; 0.000${greatest - truth} are left, and this call may cost up to 0.000${greatest}. Send a smaller request or a smaller max_tokens, or try again at 2026-06-01T00:00:00.000Z.`,
    );
    expect((await gateway.ask(chat(key, { max_tokens: 1 }))).status).toBe(200);
    gateway.pass(Date.UTC(2026, 5, 1) - Date.UTC(2026, 4, 4, 12));
    expect((await gateway.ask(chat(key))).status).toBe(200);
  });

  it.each<[string, Record<string, unknown>, number, string | undefined]>([
    ['its own max_tokens', { max_tokens: 5 }, 200, undefined],
    ['max_completion_tokens', { max_tokens: undefined, max_completion_tokens: 5 }, 200, undefined],
    ['nothing', { max_tokens: undefined }, 400, 'bound_required'],
    ['many answers at once', { max_tokens: 10, n: 100 }, 429, 'budget_exceeded'],
    [
      'a picture',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a.example/b.png' } }] }] },
      429,
      'budget_exceeded',
    ],
  ])('takes as the bound of a request %s', async (_what, input, status, code) => {
    const gateway = await makeGateway();
    const answer = await gateway.ask(chat(await gateway.addKey(budget(5000)), input));
    expect([answer.status, status === 200 ? undefined : answer.error()['code']]).toEqual([status, code]);
    expect(asked(gateway.upstream)).toBe(status === 200 ? 1 : 0);
  });

  it('is not exceeded for want of a bound: the key’s own is written into the request', async () => {
    const gateway = await makeGateway();
    const key = await gateway.addKey({ ...budget(5000), maxOutputTokens: 20 });
    expect((await gateway.ask(chat(key, { max_tokens: undefined }))).status).toBe(200);
    expect(gateway.upstream.requests.at(-1)?.json()['max_tokens']).toBe(20);
  });

  it.each<['refuse' | 'allow' | { perRequest: number }, number, number | undefined]>([
    ['refuse', 403, undefined],
    ['allow', 200, 0],
    [{ perRequest: 0.0005 }, 200, 500],
  ])('meets a model whose price is not known: %j', async (unknownPrice, status, counted) => {
    const gateway = await makeGateway({ unknownPrice });
    const answer = await gateway.ask(chat(await gateway.addKey({ id: 'key_a', ...budget(5000) }), { model: 'test/unpriced' }));
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.error()['code']).toBe('price_unknown');
    await settled();
    expect((await used(gateway, 'key_a'))[0]).toBe(counted);
  });

  it('lets a key without a budget use what has no price', async () => {
    const gateway = await makeGateway();
    expect((await gateway.ask(chat(await gateway.addKey(), { model: 'test/unpriced', max_tokens: undefined }))).status).toBe(200);
  });

  it('closes operations that nobody has bounded, and opens them with the operator’s bound', async () => {
    for (const [bounds, status] of [
      [{}, 400],
      [{ things: { dollars: 0.000001 } }, 200],
    ] as const) {
      const gateway = await makeGateway({ bounds });
      const key = await gateway.addKey(budget(100));
      expect((await gateway.ask(makeRequest('/test/v1/things', undefined, { headers: { 'x-api-key': key } }))).status).toBe(status);
    }
  });

  it('is given back by a call that failed, and pays for one that was cut as far as it came', async () => {
    const gateway = await makeGateway({
      answer(request, response) {
        if (request.body.includes('fail')) {
          sendJson(response, 500, { error: { message: 'no' } });
          return;
        }
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(role + text('one two three four five six seven'));
        setTimeout(() => response.destroy(), 20);
      },
    });
    const key = await gateway.addKey({ id: 'key_a', ...budget(100_000) });
    expect((await gateway.ask(chat(key, { messages: [{ role: 'user', content: 'fail' }] }))).status).toBe(500);
    await settled();
    expect(await used(gateway, 'key_a')).toEqual([0, 0]);
    const cut = await gateway.ask(chat(key, { stream: true }));
    expect(cut.failure).toMatchObject({ source: 'provider' });
    await settled();
    const [spent = 0, reserved] = await used(gateway, 'key_a');
    expect(reserved).toBe(0);
    expect(spent).toBeGreaterThan(0);
    expect(spent).toBe(gateway.receipts[1]?.cost?.micros ?? greatest);
  });

  it('is open again when a caller has left in the middle', async () => {
    const gateway = await makeGateway({
      answer(_request, response) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(role + text('hello'));
      },
    });
    const leaving = new AbortController();
    const key = await gateway.addKey({ id: 'key_a', ...budget(100_000) });
    await gateway.proxy.handle({ ...chat(key, { stream: true }), signal: leaving.signal });
    expect((await used(gateway, 'key_a'))[1]).toBeGreaterThan(0);
    leaving.abort(new Error('gone'));
    await settled();
    expect((await used(gateway, 'key_a'))[1]).toBe(0);
  });

  it('counts a whole stream by what the provider says', async () => {
    const usage = `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'small', choices: [], usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 } })}\n\n`;
    const gateway = await makeGateway({
      answer(_request, response) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(role + text('hello') + finish + usage + done);
      },
    });
    const key = await gateway.addKey({ id: 'key_a', ...budget(100_000) });
    await gateway.ask(chat(key, { stream: true }));
    await settled();
    expect(await used(gateway, 'key_a')).toEqual([truth, 0]);
  });

  it('is not upset by a provider that counts below nothing', async () => {
    const gateway = await makeGateway({
      answer: (_request, response) =>
        sendJson(response, 200, { ...completion('x'), usage: { prompt_tokens: -500, completion_tokens: 4.4, total_tokens: 0 } }),
    });
    const key = await gateway.addKey({ id: 'key_a', limits: { budgets: [{ limit: 1_000_000 }], tokensPerMinute: 10_000 } });
    for (let call = 0; call < 5; call += 1) expect((await gateway.ask(chat(key))).status).toBe(200);
    await settled();
    const [counted = -1, reserved] = await used(gateway, 'key_a');
    expect([counted >= 0, reserved]).toEqual([true, 0]);
  });

  it('holds for each text of an embedding, however small the window of the model is', async () => {
    const gateway = await makeGateway({
      answer: (_request, response) => sendJson(response, 200, { data: [{ id: 'small', contextLength: 8 }] }),
    });
    const key = await gateway.addKey(budget(100));
    const request = makeRequest(
      '/v1/embeddings',
      { model: 'test/small', input: Array.from({ length: 20 }, () => 'many words') },
      { headers: { 'content-type': 'application/json', 'x-api-key': key } },
    );
    const answer = await gateway.ask(request);
    expect([answer.status, answer.error()['code']]).toEqual([429, 'budget_exceeded']);
  });

  it('reserves for the dearest of several targets', async () => {
    const gateway = await makeGateway({
      proxy: {
        aliases: { safe: { fallback: ['test/small', 'test/large'] } },
        prices: {
          priceOf: ({ model }) => ({ source: 'test', rates: { inputPerMillion: 0, outputPerMillion: model === 'large' ? 100 : 1 } }),
        },
      },
    });
    const key = await gateway.addKey(budget(999));
    expect((await gateway.ask(chat(key, { model: 'safe' }))).error()['message']).toContain('up to 0.001');
    expect((await gateway.ask(chat(key, { model: 'test/small' }))).status).toBe(200);
  });

  it('of the key above counts what all keys below it spend', async () => {
    const gateway = await makeGateway();
    await gateway.addKey({ id: 'key_boss', ...budget(greatest + truth) });
    const [one, two] = [await gateway.addKey({ parent: 'key_boss' }), await gateway.addKey({ parent: 'key_boss', ...budget(1_000_000) })];
    const statuses: number[] = [];
    for (const key of [one, two, one]) {
      statuses.push((await gateway.ask(chat(key))).status);
      await settled();
    }
    expect(statuses).toEqual([200, 200, 429]);
  });

  it('holds for an owner, a team and an end user over all of their keys', async () => {
    const limits = { budgets: [{ limit: greatest + truth }] };
    for (const [option, record, headers] of [
      ['owners', { owner: 'ada' }, {}],
      ['teams', { team: 'research' }, {}],
      ['endUsers', {}, { 'x-ai-proxy-end-user': 'zoe' }],
    ] as const) {
      const gateway = await makeGateway({ [option]: { '*': limits } });
      const statuses: number[] = [];
      for (let call = 0; call < 3; call += 1) {
        statuses.push((await gateway.ask(chat(await gateway.addKey(record), {}, headers))).status);
        await settled();
      }
      expect(statuses).toEqual([200, 200, 429]);
    }
  });

  it('of each end user of a key holds for that one', async () => {
    const gateway = await makeGateway();
    const key = await gateway.addKey({ endUserLimits: { requestsPerMinute: 1 } });
    const of = async (name: string): Promise<number> => (await gateway.ask(chat(key, { user: name }))).status;
    expect([await of('zoe'), await of('zoe'), await of('max')]).toEqual([200, 429, 200]);
  });

  it('that is soft refuses nothing: it is told once, and stands in each receipt beyond it', async () => {
    const notices: unknown[] = [];
    const gateway = await makeGateway({ onSoftBudget: (notice) => void notices.push(notice) });
    const key = await gateway.addKey({ id: 'key_a', limits: { budgets: [{ soft: 200, every: '1d' }] } });
    for (let call = 0; call < 4; call += 1) {
      expect((await gateway.ask(chat(key))).status).toBe(200);
      await settled();
    }
    expect(gateway.receipts.map(({ metadata }) => metadata['soft_budget'])).toEqual([undefined, 'key key_a', 'key key_a', 'key key_a']);
    expect(notices).toEqual([
      { kind: 'key', id: 'key_a', soft: 200, used: truth + greatest, from: Date.UTC(2026, 4, 4), to: Date.UTC(2026, 4, 5) },
    ]);
    expect(gateway.logs.filter((message) => message.includes('soft budget'))).toHaveLength(1);
  });
});

describe('a budget that the counter does not know', () => {
  it('is opened with what the ledger says was spent in its span, below it too', async () => {
    const ledger = memoryLedger();
    const cost = (micros: number) => ({ cost: { micros, price: { source: 'x', rates: {} } } });
    await ledger.record([
      madeUpReceipt('1', { key: 'key_a', tags: [], startedAt: Date.UTC(2026, 4, 4, 1), ...cost(100) }),
      madeUpReceipt('2', { key: 'key_a', tags: [], startedAt: Date.UTC(2026, 4, 3, 1), ...cost(1000) }),
      madeUpReceipt('3', { key: 'key_b', tags: ['under:key_a'], startedAt: Date.UTC(2026, 4, 4, 1), ...cost(20) }),
      madeUpReceipt('4', { key: 'key_b', tags: [], startedAt: Date.UTC(2026, 4, 4, 1), ...cost(5000) }),
    ]);
    const gateway = await makeGateway({ ledger });
    const key = await gateway.addKey({ id: 'key_a', ...budget(100_000, '1d') });
    await gateway.ask(chat(key));
    await settled();
    expect(await used(gateway, 'key_a', '1d', Date.UTC(2026, 4, 4))).toEqual([120 + truth, 0]);
  });

  it('asks the ledger once for all who wait for it', async () => {
    const ledger = memoryLedger();
    let questions = 0;
    const gateway = await makeGateway({ ledger: { ...ledger, spend: async (query) => ((questions += 1), ledger.spend(query)) } });
    const key = await gateway.addKey(budget(10_000_000));
    await Promise.all(Array.from({ length: 50 }, async () => gateway.ask(chat(key))));
    expect(questions).toBe(2);
  });

  it('stays closed where the ledger does not answer', async () => {
    const ledger = { ...memoryLedger({ name: 'the books' }), spend: () => Promise.reject(new Error('gone')) };
    const gateway = await makeGateway({ ledger });
    const answer = await gateway.ask(chat(await gateway.addKey(budget(10_000))));
    expect([answer.status, answer.error()['code'], asked(gateway.upstream)]).toEqual([503, 'store_unavailable', 0]);
    expect(answer.error()['message']).toContain('the books');
  });

  it('loses nothing when the counter is flushed, not even what the ledger has not heard of yet', async () => {
    let counter = memoryCounter();
    const flushed: Counter = {
      name: 'flushed',
      reserve: async (one) => counter.reserve(one),
      renew: async (one) => counter.renew(one),
      settle: async (one, amounts) => counter.settle(one, amounts),
      release: async (one) => counter.release(one),
      open: async (root, sums) => counter.open(root, sums),
      read: async (root, names) => counter.read(root, names),
      close: async () => undefined,
    };
    const gateway = await makeGateway({ counter: flushed });
    const key = await gateway.addKey({ id: 'key_a', ...budget(100_000) });
    for (let call = 0; call < 5; call += 1) await gateway.ask(chat(key));
    await settled();
    counter = memoryCounter();
    for (let call = 0; call < 2; call += 1) await gateway.ask(chat(key));
    await settled();
    expect(await used(gateway, 'key_a')).toEqual([7 * truth, 0]);
  });
});

describe('many calls on one budget', () => {
  it('are admitted exactly as often as it pays for, though three in ten fail or are left', { timeout: 120_000 }, async () => {
    const cap = 300_000;
    let admitted = 0;
    const gateway = await makeGateway({
      remembered: 10,
      answer(request, response) {
        if (request.url === '/models') {
          sendJson(response, 200, { data: [{ id: 'small' }] });
          return;
        }
        admitted += 1;
        if (request.body.includes('fail')) sendJson(response, 500, { error: { message: 'no' } });
        else sendJson(response, 200, { ...completion('x'), usage: { prompt_tokens: 0, completion_tokens: 10, total_tokens: 10 } });
      },
      proxy: { prices: { priceOf: () => ({ source: 'test', rates: { inputPerMillion: 0, outputPerMillion: 10 } }) }, breaker: false },
    });
    const cost = 100;
    const key = await gateway.addKey({ id: 'key_a', ...budget(cap) });
    let served = 0;
    const one = async (index: number): Promise<void> => {
      const kind = index % 10;
      const leaving = new AbortController();
      const request = {
        ...chat(key, { messages: [{ role: 'user', content: kind === 1 || kind === 2 ? 'fail' : 'x' }] }),
        signal: leaving.signal,
      };
      if (kind === 3) setTimeout(() => leaving.abort(new Error('gone')), index % 7);
      const answer = await gateway.ask(request);
      if (answer.status === 200) served += 1;
    };
    for (let from = 0; from < 10_000; from += 500) await Promise.all(Array.from({ length: 500 }, async (_, index) => one(from + index)));
    await settled();
    const spent = gateway.receipts.reduce(
      (sum, receipt) => sum + (receipt.usage?.outputTokens === 10 ? cost : (receipt.cost?.micros ?? 0)),
      0,
    );
    const [used_ = 0, reserved] = await used(gateway, 'key_a');
    expect(reserved).toBe(0);
    expect(used_).toBeLessThanOrEqual(cap);
    expect(spent).toBeLessThanOrEqual(cap);
    expect(used_).toBe(cap);
    expect(served).toBeLessThanOrEqual(Math.floor(cap / cost));
    expect(admitted).toBeGreaterThanOrEqual(served);
  });
});
