import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { webhook } from '../../src/webhook/index.ts';
import type { WebhookOptions, WebhookSink } from '../../src/webhook/index.ts';
import { receipt } from '../receipts.ts';

interface Message {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function open(
  statuses: number[],
  options: Partial<WebhookOptions> = {},
): Promise<{ sink: WebhookSink; messages: Message[]; logs: unknown[] }> {
  const messages: Message[] = [];
  const logs: unknown[] = [];
  const server = createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    req.on('end', () => {
      messages.push({ headers: req.headers, body });
      res.writeHead(statuses.shift() ?? 204, { location: 'http://127.0.0.1:9/' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const log = (level: string) => (fields: object, message: string) => void logs.push({ level, ...fields, message });
  const sink = webhook({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/receipts`,
    linger: 0,
    log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    ...options,
  });
  onTestFinished(() => sink.close?.(0));
  return { sink, messages, logs };
}

const idsIn = ({ body }: Message): string[] => (JSON.parse(body) as { data: { id: string }[] }).data.map(({ id }) => id);

describe('webhook', () => {
  it('posts receipts in batches', async () => {
    const { sink, messages } = await open([], { batch: 2, headers: { 'x-team': 'a' } });
    for (const id of ['a', 'b', 'c']) sink.settled(receipt(id), {});
    await sink.close?.(5000);
    expect(messages.map(idsIn)).toEqual([['a', 'b'], ['c']]);
    expect(messages[0]?.headers).toMatchObject({ 'content-type': 'application/json', 'x-team': 'a' });
    expect(JSON.parse(messages[0]?.body ?? '')).toMatchObject({ type: 'receipts', data: [{ cost: { micros: 2060 }, outcome: 'ok' }, {}] });
  });

  it.each([
    ['plain text', 'a secret', Buffer.from('a secret')],
    ['base64', `whsec_${Buffer.from('a secret').toString('base64')}`, Buffer.from('a secret')],
  ])('signs them, with a secret in %s', async (_what, secret, key) => {
    const { sink, messages } = await open([], { secret });
    sink.settled(receipt('a'), {});
    await sink.close?.(5000);
    const [{ headers, body } = { headers: {}, body: '' }] = messages;
    const expected = createHmac('sha256', key)
      .update(`${headers['webhook-id'] as string}.${headers['webhook-timestamp'] as string}.${body}`)
      .digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${expected}`);
  });

  it.each([500, 429, 302])('tries again after %i, with the same id, and goes nowhere else', async (status) => {
    const { sink, messages, logs } = await open([status]);
    sink.settled(receipt('a'), {});
    await sink.close?.(10_000);
    expect(messages.map(idsIn)).toEqual([['a'], ['a']]);
    expect(new Set(messages.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(logs).toMatchObject([{ level: 'warn', failures: 1, error: `the receiver answered ${status}` }]);
    expect(sink.dropped).toBe(0);
  });

  it('holds a bounded number for a receiver that is away, and says what it lost', async () => {
    const { sink, logs } = await open([], { url: 'http://127.0.0.1:9/', limit: 100 });
    for (let index = 0; index < 5000; index += 1) sink.settled(receipt(`r-${index}`), {});
    expect([sink.waiting, sink.dropped]).toEqual([100, 4900]);
    expect(logs).toMatchObject([{ level: 'error' }]);
    await sink.close?.(0);
    expect(sink.dropped).toBe(5000);
  });

  it.each(['', 'ftp://a', '/receipts', 'localhost:1'])('refuses the URL %j where it is written', (url) => {
    expect(() => webhook({ url })).toThrow('url must be an http or https URL');
  });
});
