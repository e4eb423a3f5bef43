import { describe, expect, it } from 'vitest';
import { sendRaw, startMistralSimulator } from '../../src/index.ts';
import type { MistralSimulator, RawRequestOptions } from '../../src/index.ts';

function chat(simulator: MistralSimulator, more: object = {}, options: Partial<RawRequestOptions> = {}): Parameters<typeof sendRaw>[0] {
  return {
    port: simulator.port,
    path: '/v1/chat/completions?q=1',
    body: JSON.stringify({ model: 'mistral-small-latest', messages: [{ role: 'user', content: 'one two three four' }], ...more }),
    headers: { Authorization: `Bearer ${simulator.apiKey}`, 'Content-Type': 'application/json' },
    ...options,
  };
}

const events = (text: string): number => text.split('data: ').length - 1;

describe('recording', () => {
  it('keeps what came: path, headers as spelled, bytes and JSON', async () => {
    await using simulator = await startMistralSimulator();
    const request = chat(simulator);
    await sendRaw(request);
    const [record] = simulator.requests;
    expect(record).toMatchObject({
      index: 0,
      method: 'POST',
      path: '/v1/chat/completions?q=1',
      status: 200,
      bodyComplete: true,
      closedByPeer: false,
    });
    expect(record?.rawHeaders).toContain('Authorization');
    expect(Buffer.from(record?.body ?? []).toString()).toBe(request.body);
    expect(record?.json).toMatchObject({ model: 'mistral-small-latest' });
    expect(await record?.ended).toBe('answered');
  });

  it('tells that the peer left in the middle of a stream, and how much was left', async () => {
    await using simulator = await startMistralSimulator({ behaviour: { tokensPerSecond: 20 } });
    const verdict = await sendRaw(chat(simulator, { stream: true }, { leave: { bodyBytes: 10 } }));
    expect(verdict.ending).toBe('left');
    const record = await simulator.request(0);
    expect(await record.ended).toBe('closed-by-peer');
    expect(record.closedByPeer).toBe(true);
    expect(record.eventsWritten).toBeGreaterThan(0);
    expect(record.eventsUnsent).toBeGreaterThan(0);
  });

  it('tells that the peer left before the first byte', async () => {
    await using simulator = await startMistralSimulator({ behaviour: { fault: { name: 'acceptAndNeverAnswer' } } });
    await sendRaw(chat(simulator, {}, { leave: simulator.request(0) }));
    const record = await simulator.request(0);
    expect(await record.ended).toBe('closed-by-peer');
    expect(record).toMatchObject({ status: undefined, bytesWritten: 0 });
  });

  it('tells that the peer left in the middle of its upload', async () => {
    await using simulator = await startMistralSimulator();
    await sendRaw(chat(simulator, { metadata: { long: 'x'.repeat(5000) } }, { leave: 'mid-upload' }));
    await expect.poll(() => simulator.requests.length).toBe(1);
    const [record] = simulator.requests;
    expect(await record?.ended).toBe('closed-by-peer');
    expect(record?.bodyComplete).toBe(false);
  });

  it('keeps the newest requests only, and counts on after it was cleared', async () => {
    await using simulator = await startMistralSimulator({ requestLimit: 2 });
    for (let index = 0; index < 3; index++) await sendRaw(chat(simulator));
    expect(simulator.requests.map((record) => record.index)).toEqual([1, 2]);
    await expect(simulator.request(0)).rejects.toThrow('no longer kept');
    simulator.clear();
    await sendRaw(chat(simulator));
    expect(simulator.requests.map((record) => record.index)).toEqual([3]);
  });

  it('refuses a body that is too large', async () => {
    await using simulator = await startMistralSimulator({ bodyLimit: 10 });
    expect((await sendRaw(chat(simulator))).status).toBe(413);
  });
});

describe('behaviour', () => {
  it('cuts a stream into as many content chunks as told', async () => {
    await using simulator = await startMistralSimulator();
    const whole = await sendRaw(chat(simulator, { stream: true }));
    simulator.behave({ chunks: 2 });
    const two = await sendRaw(chat(simulator, { stream: true }));
    expect(events(whole.text)).toBe(1 + 12 + 1 + 1);
    expect(events(two.text)).toBe(1 + 2 + 1 + 1);
  });

  it('belongs to one model, or to all that have none of their own', async () => {
    await using simulator = await startMistralSimulator({ behaviours: { 'mistral-small-latest': { fault: { name: 'status500Empty' } } } });
    expect((await sendRaw(chat(simulator))).status).toBe(500);
    expect((await sendRaw(chat(simulator, { model: 'mistral-large-latest' }))).status).toBe(200);
    simulator.behave({}, 'mistral-small-latest');
    expect((await sendRaw(chat(simulator))).status).toBe(200);
  });

  it('ends a fault after so many requests, and begins anew when set again', async () => {
    await using simulator = await startMistralSimulator();
    const behaviour = { fault: { name: 'status500Empty' }, faultTimes: 2 } as const;
    const three = async (): Promise<number[]> => {
      simulator.behave(behaviour);
      const statuses: number[] = [];
      for (let index = 0; index < 3; index++) statuses.push((await sendRaw(chat(simulator))).status);
      return statuses;
    };
    expect(await three()).toEqual([500, 500, 200]);
    expect(await three()).toEqual([500, 500, 200]);
  });

  it('leaves listings alone, unless a function chooses them', async () => {
    await using simulator = await startMistralSimulator({ behaviour: { fault: { name: 'status500Empty' } } });
    const list = { port: simulator.port, path: '/v1/models', headers: { authorization: `Bearer ${simulator.apiKey}` } };
    expect((await sendRaw(list)).status).toBe(200);
    simulator.behave({ fault: (request) => (request.path === '/v1/models' ? { name: 'okWithHtml' } : undefined) });
    expect((await sendRaw(list)).headers['content-type']).toBe('text/html; charset=utf-8');
    expect((await sendRaw(chat(simulator))).status).toBe(200);
  });
});

describe('closing', () => {
  it('destroys what is open', async () => {
    const simulator = await startMistralSimulator({ behaviour: { fault: { name: 'headersThenSilence' } } });
    const verdict = sendRaw(chat(simulator, { stream: true }));
    const record = await simulator.request(0);
    await simulator.close();
    expect((await verdict).ending).toBe('cut');
    expect(await record.ended).toBe('closed-by-server');
    expect(await sendRaw(chat(simulator))).toMatchObject({ status: 0 });
    await simulator.close();
  });

  it('keeps no connection whose peer has gone', async () => {
    await using simulator = await startMistralSimulator();
    await sendRaw(chat(simulator));
    await expect.poll(() => simulator.connections()).toBe(0);
  });
});
