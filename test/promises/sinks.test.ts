import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProxy, memoryLedger } from '@ai-proxy/core';
import type { Ledger, Proxy, Receipt, ReceiptSink } from '@ai-proxy/core';
import { openTelemetry } from '@ai-proxy/logger/opentelemetry';
import { pinoSink } from '@ai-proxy/logger/pino';
import { prices } from '@ai-proxy/logger/prices';
import { metrics } from '@ai-proxy/logger/prometheus';
import { webhook } from '@ai-proxy/logger/webhook';
import { mistral } from '@ai-proxy/mistral';
import { ledgerSink } from '@ai-proxy/sql';
import { startMistralSimulator } from '@ai-proxy/testing';
import type { MistralSimulator } from '@ai-proxy/testing';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

let simulator: MistralSimulator;
beforeAll(async () => {
  simulator = await startMistralSimulator();
});
afterAll(() => simulator.close());

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function makeProxy(
  receipts: readonly ReceiptSink[],
  more: { onReceipt?: (receipt: Receipt) => void; policies?: ReturnType<typeof openTelemetry>[] } = {},
): Proxy {
  const proxy = createProxy({
    providers: [mistral({ baseURL: simulator.url, apiKey: simulator.apiKey })],
    prices: prices(),
    receipts,
    log: silent,
    ...more,
  });
  onTestFinished(() => proxy.close({ grace: 0 }));
  return proxy;
}

async function chat(proxy: Proxy, body: object = {}, headers: Record<string, string> = {}): Promise<number> {
  const response = await proxy.fetch('http://local/v1/chat/completions', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'mistral/mistral-small-latest', messages: [{ role: 'user', content: 'Hello' }], ...body }),
  });
  await response.text();
  return response.status;
}

/** Makes many calls, some at a time, and gives how many of each status there were. */
async function chats(proxy: Proxy, count: number): Promise<Record<string, number>> {
  const statuses: Record<string, number> = {};
  for (let made = 0; made < count; made += 20) {
    for (const status of await Promise.all(Array.from({ length: 20 }, (_, index) => chat(proxy, { stream: index % 2 === 0 })))) {
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  }
  return statuses;
}

async function startReceiver(answer: (req: IncomingMessage, res: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ai-proxy-sinks-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('a sink that is unwell holds up no call', { timeout: 60_000 }, () => {
  it.each<[string, () => Promise<string>]>([
    ['takes the connection and never answers', () => startReceiver(() => {})],
    ['is not there', async () => 'http://127.0.0.1:9/'],
    ['refuses everything', () => startReceiver((_req, res) => res.writeHead(500).end())],
    ['closes every connection', () => startReceiver((req) => req.socket.destroy())],
  ])('a receiver that %s: bounded, and what is lost is counted', async (_what, open) => {
    const sink = webhook({ url: await open(), limit: 50, batch: 10, linger: 0, log: silent });
    const proxy = makeProxy([sink]);
    expect(await chats(proxy, 200)).toEqual({ 200: 200 });
    expect(sink.waiting).toBeLessThanOrEqual(50);
    await proxy.close({ grace: 0 });
    expect([sink.waiting, sink.dropped]).toEqual([0, 200]);
  });

  it('a sink that throws: the others are told all the same', async () => {
    const counts = metrics();
    const proxy = makeProxy([
      {
        name: 'broken',
        settled: () => {
          throw new Error('broken');
        },
      },
      counts,
    ]);
    expect(await chats(proxy, 20)).toEqual({ 200: 20 });
    expect(await counts.registry.metrics()).toMatch(/outcome="ok",stream="true"\} 10$/m);
  });

  it('a ledger that never answers: the journal holds all, and brings all to it once it is back, each once', async () => {
    const truth = memoryLedger();
    let isBack = false;
    const away: Ledger = { ...truth, record: (receipts) => (isBack ? truth.record(receipts) : Promise.reject(new Error('away'))) };
    const journal = join(temporaryFolder(), 'journal');
    const ids: string[] = [];
    const sink = ledgerSink(away, { journal, memory: 10, log: silent });
    const proxy = makeProxy([sink], { onReceipt: ({ id }) => void ids.push(id) });
    expect(await chats(proxy, 200)).toEqual({ 200: 200 });
    isBack = true;
    await expect.poll(() => sink.ready(), { timeout: 20_000 }).toBe(true);
    const recorded: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await truth.calls({}, cursor, 100);
      recorded.push(...page.calls.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(recorded.toSorted()).toEqual(ids.toSorted());
    expect(ids).toHaveLength(200);
  });

  it('a journal that cannot be written: calls are refused, and none is made unaccounted', async () => {
    const before = simulator.requests.length;
    const proxy = makeProxy([ledgerSink(memoryLedger(), { journal: '/dev/null/journal', log: silent })]);
    expect(await chat(proxy)).toBe(503);
    expect(simulator.requests.length).toBe(before);
  });
});

describe('what no sink may hold', () => {
  it('neither a prompt, nor an answer, nor a credential, in any of its forms', async () => {
    const canaries = {
      prompt: 'canary-of-the-prompt',
      system: 'canary-of-the-system',
      authorization: 'canary-of-the-caller',
      cookie: 'canary-of-the-cookie',
    };
    const written: string[] = [];
    const lines = pinoSink({ logger: pino({ base: null }, { write: (line: string) => void written.push(line) }) });
    const counts = metrics();
    const url = await startReceiver((req, res) => {
      req.setEncoding('utf8').on('data', (piece: string) => written.push(piece));
      req.on('end', () => res.end());
    });
    const folder = temporaryFolder();
    const ledger = memoryLedger();
    const proxy = makeProxy(
      [lines, counts, webhook({ url, linger: 0, log: silent }), ledgerSink(ledger, { journal: folder, log: silent })],
      {
        policies: [openTelemetry()],
      },
    );
    for (const path of [{}, { stream: true }]) {
      const status = await chat(
        proxy,
        {
          ...path,
          messages: [
            { role: 'system', content: canaries.system },
            { role: 'user', content: canaries.prompt },
          ],
        },
        { authorization: `Bearer ${canaries.authorization}`, cookie: `session=${canaries.cookie}` },
      );
      expect(status).toBe(200);
    }
    const journals = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).isFile())
      .map((path) => readFileSync(path, 'utf8'));
    await proxy.close({ grace: 5000 });
    const { calls } = await ledger.calls();
    expect(calls).toHaveLength(2);
    written.push(await counts.registry.metrics(), JSON.stringify(calls), ...journals);
    expect(journals.join('')).toContain('mistral-small-latest');
    expect(written.join('\n')).toContain('"data":[{"id"');
    expect([...Object.values(canaries), simulator.apiKey].filter((canary) => written.join('\n').includes(canary))).toEqual([]);
  });
});
