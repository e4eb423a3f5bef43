import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { startPostgres } from '@ai-proxy/testing';
import { sql } from 'kysely';
import { afterAll, describe, expect, it } from 'vitest';
import { openSql } from '../../src/index.ts';

const server = await startPostgres();
afterAll(async () => server?.close());

/** A way to the server that forgets the connections that are there, without a word to anybody. */
async function forgetfulWay(port: number): Promise<{ readonly port: number; forget(): void; close(): void }> {
  const near = new Set<Socket>();
  const way = createServer((socket) => {
    const far = connect(port, '127.0.0.1');
    near.add(socket);
    socket.on('error', () => far.destroy()).on('close', () => far.destroy());
    far.on('error', () => {});
    socket.pipe(far).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(way, 'listening');
  const address = way.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    forget() {
      for (const socket of near) {
        socket.unpipe();
        // What comes is taken, and goes nowhere.
        socket.resume();
      }
    },
    close() {
      way.close();
      for (const socket of near) socket.destroy();
    },
  };
}

describe.skipIf(server === undefined)('a connection to PostgreSQL that is dead without a word', { timeout: 60_000 }, () => {
  it('is cut long before a query may take no longer, and work that takes long is not', async () => {
    const url = new URL((await server?.createDatabase()) ?? '');
    const way = await forgetfulWay(Number(url.port));
    url.port = String(way.port);
    // A query may take longer here than this test.
    const database = openSql(url.href, { postgres: { timeout: 300_000, connections: 1 } });
    const opened = await database.connect();
    const slept = await sql<{ slept: number }>`select 1 as slept from pg_sleep(3)`.execute(opened);
    expect(slept.rows).toEqual([{ slept: 1 }]);
    way.forget();
    await expect(sql`select 1`.execute(opened)).rejects.toThrow(/terminated/);
    const { rows } = await sql<{ one: number }>`select 1 as one`.execute(opened);
    expect(rows).toEqual([{ one: 1 }]);
    await database.close();
    way.close();
  });
});
