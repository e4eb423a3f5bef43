import { memoryLedger } from '@ai-proxy/core';
import type { Ledger, ReceiptSink } from '@ai-proxy/core';
import { describe, expect, it, vi } from 'vitest';
import { role, text } from '../../../core/test/fixtures/answers.ts';
import { losingCounter } from '../fixtures/losing-counter.ts';
import type { LosingCounter } from '../fixtures/losing-counter.ts';
import { answerChat, chat, makeGateway } from '../fixtures/make-gateway.ts';
import type { Gateway, GatewayOptions } from '../fixtures/make-gateway.ts';

/** 3 tokens in, 4 out; and the most that `chat()` may cost. */
const truth = 43;
const greatest = JSON.stringify({ model: 'test/small', messages: [{ role: 'user', content: 'hello' }], max_tokens: 10 }).length + 100;

const into = (ledger: Ledger): ReceiptSink => ({ name: 'books', settled: (receipt) => void ledger.record([receipt]) });
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

async function used({ counter }: Gateway, id: string): Promise<readonly (number | undefined)[]> {
  const key = JSON.stringify(['key', id, null, 'money', '', 'UTC', 0, 0]);
  const [reading] = await counter.read('ai-proxy', [{ kind: 'sum', key }]);
  return [reading?.used, reading?.reserved];
}

const spentOf = async (ledger: Ledger, id: string): Promise<number> =>
  (await ledger.spend({ by: 'key', only: id })).rows.reduce((sum, { micros }) => sum + micros, 0);

interface Scene {
  readonly gateway: Gateway;
  readonly counter: LosingCounter;
  readonly ledger: Ledger;
}

async function setUp(options: GatewayOptions = {}): Promise<Scene> {
  const ledger = memoryLedger();
  const counter = losingCounter();
  const proxy = { receipts: [into(ledger)], ...options.proxy };
  return { gateway: await makeGateway({ patience: { timeout: 50 }, ...options, counter, ledger, proxy }), counter, ledger };
}

/** Begins to answer a stream, and never ends it. */
const endless: GatewayOptions['answer'] = async (request, response, index) => {
  if (!request.body.includes('"stream":true')) return answerChat(request, response, index);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(role + text('hello'));
};

describe('a counter that has lost its data', () => {
  it('holds again what is under way before it opens a budget anew: nobody gets its room', async () => {
    const { gateway, counter } = await setUp({ answer: endless });
    const key = await gateway.addKey({ id: 'key_a', limits: { budgets: [{ limit: 2 * greatest }] } });
    const leaving = new AbortController();
    await gateway.proxy.handle({ ...chat(key, { stream: true }), signal: leaving.signal });
    expect((await used(gateway, 'key_a'))[1]).toBeGreaterThan(greatest);
    counter.lose();
    expect((await gateway.ask(chat(key))).status).toBe(429);
    leaving.abort(new Error('gone'));
  });

  it('opens no budget while what is under way cannot be held again', async () => {
    const { gateway, counter } = await setUp({ answer: endless });
    const key = await gateway.addKey({ id: 'key_a', limits: { budgets: [{ limit: 2 * greatest }] } });
    const leaving = new AbortController();
    await gateway.proxy.handle({ ...chat(key, { stream: true }), signal: leaving.signal });
    counter.lose();
    counter.renew = () => Promise.reject(new Error('no room'));
    const refused = await gateway.ask(chat(key));
    expect([refused.status, refused.error()['code']]).toEqual([503, 'store_unavailable']);
    expect(refused.error()['message']).toContain('the tally');
    expect(await used(gateway, 'key_a')).toEqual([undefined, undefined]);
    leaving.abort(new Error('gone'));
  });

  it('counts nothing twice that the ledger knows, and loses nothing', async () => {
    const { gateway, counter, ledger } = await setUp();
    const key = await gateway.addKey({ id: 'key_a', limits: { budgets: [{ limit: 100_000 }] } });
    for (let call = 0; call < 5; call += 1) await gateway.ask(chat(key));
    await settled();
    gateway.pass(2000);
    counter.lose();
    for (let call = 0; call < 2; call += 1) await gateway.ask(chat(key));
    await settled();
    expect([await used(gateway, 'key_a'), await spentOf(ledger, 'key_a')]).toEqual([[7 * truth, 0], 7 * truth]);
  });

  it('is told once what ended while it was away, though the ledger heard of it meanwhile', async () => {
    const { gateway, counter, ledger } = await setUp({ answer: endless });
    const key = await gateway.addKey({ id: 'key_a', limits: { budgets: [{ limit: 100_000 }] } });
    const leaving = new AbortController();
    await gateway.proxy.handle({ ...chat(key, { stream: true }), signal: leaving.signal });
    counter.behave('refuses');
    leaving.abort(new Error('gone'));
    await settled();
    const spent = await spentOf(ledger, 'key_a');
    expect(spent).toBeGreaterThan(0);
    gateway.pass(2000);
    counter.lose();
    counter.behave('well');
    expect((await gateway.ask(chat(key))).status).toBe(200);
    await vi.waitFor(async () => expect(await used(gateway, 'key_a')).toEqual([spent + truth, 0]), 5000);
    // What waited has been told by now, and has added nothing.
    await vi.waitFor(() => expect(counter.asked.filter((name) => name === 'settle')).toHaveLength(3), 5000);
    expect(await used(gateway, 'key_a')).toEqual([spent + truth, 0]);
  });

  it('is told all that ended a moment ago, whether or not another process has asked the ledger before', async () => {
    const { gateway, counter, ledger } = await setUp();
    const key = await gateway.addKey({ id: 'key_a', limits: { budgets: [{ limit: 100_000 }] } });
    await gateway.ask(chat(key));
    await settled();
    counter.lose();
    await gateway.ask(chat(key));
    await settled();
    expect(await used(gateway, 'key_a')).toEqual([3 * truth, 0]);
    expect(await spentOf(ledger, 'key_a')).toBe(2 * truth);
  });

  it('is told again what a ledger may not know for as long as that may lag behind', async () => {
    const { gateway, counter } = await setUp({ ledgerLag: 120_000, reservationTtl: 1000, proxy: { receipts: [] } });
    const key = await gateway.addKey({ id: 'key_a', limits: { budgets: [{ limit: 100_000 }] } });
    await gateway.ask(chat(key));
    await settled();
    gateway.pass(100_000);
    // The clock of what is under way has struck meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 400));
    counter.lose();
    await gateway.ask(chat(key));
    await settled();
    expect(await used(gateway, 'key_a')).toEqual([2 * truth, 0]);
  });

  it('holds again what is under way as soon as it is back, though nobody asks for a budget', async () => {
    const { gateway, counter } = await setUp({ answer: endless, localShare: 1 });
    const [one, two] = [await gateway.addKey({ limits: { parallel: 1 } }), await gateway.addKey({ limits: { requestsPerMinute: 100 } })];
    const leaving = new AbortController();
    await gateway.proxy.handle({ ...chat(one, { stream: true }), signal: leaving.signal });
    counter.behave('refuses');
    for (let call = 0; call < 3; call += 1) await gateway.ask(chat(two));
    counter.lose();
    counter.behave('well');
    gateway.pass(1000);
    await gateway.ask(chat(two));
    await settled();
    expect((await gateway.ask(chat(one))).status).toBe(429);
    leaving.abort(new Error('gone'));
  });
});
