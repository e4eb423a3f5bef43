import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { startRedis } from '@ai-proxy/testing';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { redis, redisCounter } from '../../src/index.ts';

const [first, second] = [await startRedis(), await startRedis()];
afterAll(async () => {
  await first?.close();
  await second?.close();
});

/** An address that leads to one server, and later to another; connections that it has made stay. */
async function movableAddress(url: string): Promise<{ url: string; move: (to: string) => void; close: () => void }> {
  let target = url;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const upstream = connect(Number(new URL(target).port), '127.0.0.1');
    for (const one of [socket, upstream]) {
      sockets.add(one);
      one.on('error', () => {});
    }
    socket.pipe(upstream).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `redis://127.0.0.1:${port}`,
    move: (to) => void (target = to),
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

let calls = 0;
const call = () =>
  ({ id: `call ${(calls += 1)}`, root: 'r', ttl: 60_000, windows: [{ kind: 'gauge', key: 'under way', amount: 1 }] }) as const;

describe.skipIf(!first || !second)('redis()', () => {
  it('finds the new primary where its address leads now, when the old one has become a replica', async () => {
    if (!first || !second) return;
    const address = await movableAddress(first.url);
    const connection = redis({ url: address.url });
    const counter = redisCounter(connection, { deadline: 10_000 });
    expect((await counter.reserve(call())).kind).toBe('reserved');
    await first.ask('REPLICAOF', '127.0.0.1', '1');
    await expect(counter.reserve(call())).rejects.toMatchObject({ code: 'READONLY' });
    address.move(second.url);
    await vi.waitFor(async () => expect((await counter.reserve(call())).kind).toBe('reserved'), { timeout: 15_000, interval: 100 });
    expect(await second.ask('EXISTS', 'ai-proxy:{r}:reservations')).toBe('1');
    await connection.close();
    address.close();
    await first.ask('REPLICAOF', 'NO', 'ONE');
  });

  it('is opened once, however many ask at first', async () => {
    const connection = redis({ url: first?.url ?? '' });
    const counters = Array.from({ length: 5 }, () => redisCounter(connection, { deadline: 10_000 }));
    const before = Number(/^total_connections_received:(\d+)/m.exec((await first?.ask('INFO', 'stats')) ?? '')?.[1]);
    await Promise.all(counters.flatMap((counter) => [counter.reserve(call()), counter.reserve(call())]));
    const after = Number(/^total_connections_received:(\d+)/m.exec((await first?.ask('INFO', 'stats')) ?? '')?.[1]);
    // The second question is a connection too.
    expect(after - before).toBe(2);
    await connection.close();
  });

  it('leaves nothing open when it is closed, also while it is being opened', async () => {
    const [opened, opening] = [redis({ url: first?.url ?? '' }), redis({ url: first?.url ?? '' })];
    await opened.open();
    const end = opened.subscribe('channel', { onMessage() {}, onProblem() {} });
    const attempt = opening.open().then(
      () => 'opened',
      () => 'refused',
    );
    await Promise.all([opened.close(), opening.close()]);
    end();
    await attempt;
    await vi.waitFor(async () => expect((await first?.ask('CLIENT', 'LIST'))?.split('\n').length).toBe(1), 10_000);
    await expect(opened.open()).rejects.toThrow('has been closed');
  });
});
