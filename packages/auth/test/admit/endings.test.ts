import { describe, expect, it, vi } from 'vitest';
import { role, text } from '../../../core/test/fixtures/answers.ts';
import { losingCounter } from '../fixtures/losing-counter.ts';
import { chat, makeGateway } from '../fixtures/make-gateway.ts';

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));
const budget = { limits: { budgets: [{ limit: 100_000 }] } };
const times = (asked: readonly string[], name: string): number => asked.filter((one) => one === name).length;

describe('a counter that fails under calls', () => {
  it('is told to give up what it was asked for and answered too late', async () => {
    const counter = losingCounter();
    const gateway = await makeGateway({ counter, patience: { timeout: 30 } });
    const key = await gateway.addKey({ id: 'key_a', ...budget });
    await gateway.ask(chat(key));
    await settled();
    counter.behave('late');
    expect((await gateway.ask(chat(key))).status).toBe(503);
    counter.behave('well');
    const name = JSON.stringify(['key', 'key_a', null, 'money', '', 'UTC', 0, 0]);
    await vi.waitFor(async () => expect((await counter.read('ai-proxy', [{ kind: 'sum', key: name }]))[0]?.reserved).toBe(0), 5000);
    expect(times(counter.asked, 'release')).toBeGreaterThan(0);
  });

  it('is told nothing of calls for which it was not asked', async () => {
    const counter = losingCounter();
    const gateway = await makeGateway({ counter });
    const key = await gateway.addKey(budget);
    counter.behave('refuses');
    for (let call = 0; call < 100; call += 1) expect((await gateway.ask(chat(key))).status).toBe(503);
    expect(times(counter.asked, 'reserve')).toBe(2);
    counter.behave('well');
    gateway.pass(1000);
    await vi.waitFor(() => expect(times(counter.asked, 'release')).toBeGreaterThanOrEqual(3), 5000);
    await settled();
    expect(times(counter.asked, 'release')).toBeLessThanOrEqual(5);
  });

  it('is not troubled with reservations that have expired by themselves', async () => {
    const counter = losingCounter();
    const gateway = await makeGateway({ counter, reservationTtl: 1000 });
    const key = await gateway.addKey(budget);
    counter.behave('refuses');
    await gateway.ask(chat(key));
    await settled();
    gateway.pass(5000);
    counter.behave('well');
    const before = times(counter.asked, 'release');
    await gateway.ask(chat(key));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(times(counter.asked, 'release')).toBe(before);
  });

  it('is asked to renew again at the next look where it could not', async () => {
    const counter = losingCounter();
    const gateway = await makeGateway({
      counter,
      reservationTtl: 1000,
      patience: { failures: 1000 },
      answer(_request, response) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(role + text('hello'));
      },
    });
    const key = await gateway.addKey({ limits: { parallel: 5 } });
    const leaving = new AbortController();
    await gateway.proxy.handle({ ...chat(key, { stream: true }), signal: leaving.signal });
    counter.behave('refuses');
    gateway.pass(400);
    await vi.waitFor(() => expect(times(counter.asked, 'renew')).toBeGreaterThan(2), 5000);
    leaving.abort(new Error('gone'));
  });

  it('is given a few renewals at once, however many calls are under way', async () => {
    const counter = losingCounter();
    const gateway = await makeGateway({
      counter,
      reservationTtl: 1000,
      answer(_request, response) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(role + text('hello'));
      },
    });
    const key = await gateway.addKey({ limits: { parallel: 500 } });
    const leaving = new AbortController();
    for (let call = 0; call < 100; call += 1) await gateway.proxy.handle({ ...chat(key, { stream: true }), signal: leaving.signal });
    gateway.pass(400);
    await vi.waitFor(() => expect(times(counter.asked, 'renew')).toBeGreaterThanOrEqual(100), 5000);
    expect(counter.mostAtOnce()).toBeLessThanOrEqual(20);
    leaving.abort(new Error('gone'));
  });
});
