import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { startRedis } from '@ai-proxy/testing';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { redis, redisCounter } from '../../src/index.ts';

const server = await startRedis();
afterAll(async () => server?.close());

/** A way to the server that forgets the connections that are there, without a word to anybody. */
async function forgetfulWay(): Promise<{ readonly url: string; readonly taken: () => number; forget(): void; close(): void }> {
  const near = new Set<Socket>();
  let taken = 0;
  const way = createServer((socket) => {
    const far = connect(Number(new URL(server?.url ?? '').port), '127.0.0.1');
    near.add(socket);
    taken += 1;
    socket.on('error', () => far.destroy()).on('close', () => far.destroy());
    far.on('error', () => {});
    socket.pipe(far).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(way, 'listening');
  const address = way.address();
  return {
    url: `redis://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    taken: () => taken,
    forget() {
      for (const socket of near) {
        socket.unpipe();
        // What comes is taken, and goes nowhere.
        socket.resume();
      }
      near.clear();
    },
    close() {
      way.close();
      for (const socket of near) socket.destroy();
    },
  };
}

const call = { id: 'call', root: 'silence', ttl: 60_000, windows: [{ kind: 'gauge', key: 'under way', amount: 1 }] } as const;

describe.skipIf(server === undefined)('a connection that is dead without a word', { timeout: 60_000 }, () => {
  it('is left for another, though nobody asks a second time', async () => {
    const way = await forgetfulWay();
    const connection = redis({ url: way.url });
    const counter = redisCounter(connection, { deadline: 200 });
    await vi.waitFor(async () => counter.reserve(call), 10_000);
    const before = way.taken();
    way.forget();
    await expect(counter.renew(call)).rejects.toMatchObject({ code: 'DEADLINE' });
    await vi.waitFor(() => expect(way.taken()).toBe(before + 1), 10_000);
    await vi.waitFor(async () => expect(await counter.renew(call)).toBe(true), 10_000);
    expect(way.taken()).toBe(before + 1);
    await connection.close();
    way.close();
  });

  it('is not thought dead where nobody has asked anything', async () => {
    const way = await forgetfulWay();
    const connection = redis({ url: way.url });
    const counter = redisCounter(connection, { deadline: 200 });
    await vi.waitFor(async () => counter.reserve(call), 10_000);
    const before = way.taken();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(way.taken()).toBe(before);
    await connection.close();
    way.close();
  });
});
