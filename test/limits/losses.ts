import { readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { RedisServer } from '@ai-proxy/testing';
import pg from 'pg';
import type { Loss } from './lose-state.ts';

/** Ways for a store to lose what it has counted, by their names. */
export type Losses = Readonly<Record<string, Loss>>;

export const lossesOfRedis = (server: RedisServer): Losses => ({
  async 'FLUSHALL and SCRIPT FLUSH'() {
    await server.ask('FLUSHALL');
    await server.ask('SCRIPT', 'FLUSH');
  },
  async 'a restart without its data'() {
    await server.kill();
    await server.start();
  },
});

/** The processes have the file open all the while. */
export const lossesOfFile = (file: string): Losses => ({
  async 'the file and its log deleted'() {
    for (const name of await readdir(dirname(file)))
      if (name.startsWith(basename(file))) await rm(join(dirname(file), name), { force: true });
  },
  async 'another file in its place'() {
    await rm(file);
    await writeFile(file, 'this is no database, and long enough to be looked at: '.repeat(100));
  },
  async 'the file overwritten'() {
    await writeFile(file, 'this is no database, and long enough to be looked at: '.repeat(2000));
  },
});

/** The tables are not logged: a server that has crashed finds them empty. */
export const lossesOfPostgres = (url: string): Losses => ({
  async TRUNCATE() {
    await query(url, 'truncate ai_proxy_counter_windows, ai_proxy_counter_calls');
  },
  async 'a crash of the server'() {
    const [row] = await query(url, `select pid from pg_stat_activity where application_name = 'ai-proxy counter' limit 1`);
    // When one of its processes dies like that, PostgreSQL throws out everybody and begins anew from what is safe.
    if (row) process.kill(Number(row['pid']), 'SIGKILL');
  },
});

/** A server that still recovers from the loss before throws out whoever comes; then it is asked again. */
async function query(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const end = performance.now() + 30_000;
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    try {
      await client.connect();
      const { rows } = await client.query<Record<string, unknown>>(text);
      return rows;
    } catch (error) {
      if (performance.now() > end) throw error;
      await setTimeout(50);
    } finally {
      await client.end().catch(() => {});
    }
  }
}
