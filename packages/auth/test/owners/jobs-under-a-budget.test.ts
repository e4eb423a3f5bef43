import { memoryLedger } from '@ai-proxy/core';
import type { Prices } from '@ai-proxy/core';
import { describe, expect, it } from 'vitest';
import type { Account } from './make-account.ts';
import { fileForm, makeAccount } from './make-account.ts';

/** A micro for a token in, ten for one out; half of it in a job. */
const prices: Prices = {
  priceOf: ({ model, operation }) => {
    if (model !== 'mistral-small-latest') return undefined;
    const part = operation === 'batch' ? 0.5 : 1;
    return { source: 'a test', rates: { inputPerMillion: part, outputPerMillion: 10 * part } };
  },
};

const body = { messages: [{ role: 'user', content: 'hello' }], max_tokens: 100 };
const model = 'mistral-small-latest';
const job = { endpoint: '/v1/chat/completions', model, requests: [{ body }, { body }] };
/** Two requests: their bytes in, and 100 tokens out each, at half the price. */
const greatest = Math.ceil((2 * (JSON.stringify(body).length + 1000)) / 2);

const withPrices = async (options: Parameters<typeof makeAccount>[0] = {}): Promise<Account> =>
  makeAccount({ ...options, proxy: { prices, ...options.proxy } });
const limits = (limit: number): { readonly limits: { readonly budgets: readonly { readonly limit: number }[] } } => ({
  limits: { budgets: [{ limit }] },
});

describe('jobs under a budget', () => {
  it('are reserved at what their requests can use, and refused where that is too much', async () => {
    const account = await withPrices();
    const [rich, poor] = [await account.caller(limits(greatest)), await account.caller(limits(greatest - 1))];
    expect((await rich.ask('POST', '/v1/batch/jobs', job)).status).toBe(200);
    const before = account.upstream.requests.length;
    const refused = await poor.ask('POST', '/v1/batch/jobs', job);
    expect([refused.status, refused.json?.['code'], account.upstream.requests.length]).toEqual([429, 'budget_exceeded', before]);
    // What was reserved counts from then on.
    const second = await rich.ask('POST', '/v1/batch/jobs', { ...job, requests: [{ body }] });
    expect([second.status, second.json?.['code']]).toEqual([429, 'budget_exceeded']);
  });

  it('cost nothing where they were not made', async () => {
    const account = await withPrices();
    const caller = await account.caller(limits(greatest));
    const wrong = { ...job, requests: [{ body }, { body }], timeout_hours: 1000 };
    expect((await caller.ask('POST', '/v1/batch/jobs', wrong)).status).toBe(422);
    expect((await caller.ask('POST', '/v1/batch/jobs', job)).status).toBe(200);
  });

  it('are accounted at what their calls have used when the results come, once, to whoever owns them', async () => {
    const ledger = memoryLedger();
    const account = await withPrices({ ledger });
    const caller = await account.caller({ owner: 'anna', ...limits(greatest) });
    const id = await caller.make('/v1/batch/jobs', job);
    for (let looked = 0; looked < 4; looked += 1) await caller.ask('GET', `/v1/batch/jobs/${id}?inline=true`);
    const accounted = account.receipts.filter(({ usage }) => usage !== undefined);
    expect(accounted.map(({ operation, caller: whose }) => [operation, whose?.id])).toEqual([['batch', 'anna']]);
    expect(accounted[0]?.usage?.inputTokens).toBeGreaterThan(0);
  });

  it.each([
    ['without a limit of tokens', { ...job, requests: [{ body: { messages: body.messages } }] }],
    ['with another model in one of their requests', { ...job, requests: [{ body }, { body: { ...body, model: 'mistral-large-latest' } }] }],
    ['of conversations', { ...job, endpoint: '/v1/conversations', requests: [{ body: { inputs: 'x' } }] }],
  ])('%s need a bound of the operator’s', async (_how, wish) => {
    const [unbounded, bounded] = [await withPrices(), await withPrices({ bounds: { batch: { dollars: 0.001 } } })];
    const refused = await (await unbounded.caller(limits(1_000_000))).ask('POST', '/v1/batch/jobs', wish);
    expect([refused.status, refused.json?.['code'], unbounded.upstream.requests.length]).toEqual([400, 'bound_required', 0]);
    const [rich, poor] = [await bounded.caller(limits(1000)), await bounded.caller(limits(999))];
    expect((await rich.ask('POST', '/v1/batch/jobs', wish)).status).toBe(200);
    expect((await poor.ask('POST', '/v1/batch/jobs', wish)).status).toBe(429);
  });

  it('of a file need a bound of the operator’s too', async () => {
    const account = await withPrices({ bounds: { batch: { dollars: 0.001 } } });
    const caller = await account.caller(limits(1500));
    const input = await caller.make('/v1/files', fileForm());
    const wish = { endpoint: '/v1/chat/completions', model, input_files: [input] };
    expect((await caller.ask('POST', '/v1/batch/jobs', wish)).status).toBe(200);
    expect((await caller.ask('POST', '/v1/batch/jobs', wish)).status).toBe(429);
  });

  it('may be looked at, ended and removed without a bound, and agents kept', async () => {
    const account = await withPrices();
    const caller = await account.caller(limits(greatest));
    const id = await caller.make('/v1/batch/jobs', job);
    const agent = await caller.make('/v1/agents', { model, name: 'x' });
    const answers = [
      await caller.ask('GET', `/v1/batch/jobs/${id}`),
      await caller.ask('POST', `/v1/batch/jobs/${id}/cancel`),
      await caller.ask('DELETE', `/v1/batch/jobs/${id}`),
      await caller.ask('PATCH', `/v1/agents/${agent}`, { name: 'y' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  it('use only models that the key may use', async () => {
    const account = await withPrices();
    const caller = await account.caller({ models: ['mistral/mistral-small-*'], operations: ['batch'] });
    expect((await caller.ask('POST', '/v1/batch/jobs', job)).status).toBe(200);
    const refused = await caller.ask('POST', '/v1/batch/jobs', { ...job, model: 'mistral-large-latest' });
    expect([refused.status, refused.json?.['code']]).toEqual([403, 'model_not_allowed']);
    const inside = await caller.ask('POST', '/v1/batch/jobs', { ...job, requests: [{ body: { ...body, model: 'mistral-large-latest' } }] });
    expect([inside.status, inside.json?.['code']]).toEqual([403, 'model_not_allowed']);
    const uploader = await account.caller({ owner: 'anna' });
    const limited = await account.caller({ owner: 'anna', models: ['mistral/mistral-small-*'], operations: ['batch'] });
    for (const [name, status] of [
      ['mistral-large-latest', 403],
      ['mistral-small-latest', 200],
    ] as const) {
      const file = await uploader.make('/v1/files', fileForm(JSON.stringify({ body: { ...body, model: name } })));
      const answer = await limited.ask('POST', '/v1/batch/jobs', { endpoint: '/v1/embeddings', model, input_files: [file] });
      expect([name, answer.status]).toEqual([name, status]);
    }
  });
});
