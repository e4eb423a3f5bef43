import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, startRedis } from '@ai-proxy/testing';
import type { RedisServer } from '@ai-proxy/testing';
import { lossesOfFile, lossesOfPostgres, lossesOfRedis } from './losses.ts';
import type { Losses } from './losses.ts';

/** A store that several processes count in, for as long as it is tried. */
export interface CountingStore {
  readonly address: string;
  readonly losses: Losses;
  close(): Promise<void>;
}

export async function openFileStore(): Promise<CountingStore> {
  const folder = await mkdtemp(join(tmpdir(), 'ai-proxy-limits-'));
  const path = join(folder, 'ai-proxy.db');
  return { address: `sqlite:${path}`, losses: lossesOfFile(`${path}.counters`), close: async () => rm(folder, { recursive: true }) };
}

/** Nothing where there is no PostgreSQL on this machine. */
export async function openPostgresStore(): Promise<CountingStore | undefined> {
  const server = await startPostgres();
  const address = await server?.createDatabase();
  if (!server || address === undefined) return undefined;
  return { address, losses: lossesOfPostgres(address), close: async () => server.close() };
}

/** Nothing where there is no Redis on this machine. */
export async function openRedisStore(
  settings: Readonly<Record<string, string>> = {},
): Promise<(CountingStore & { readonly server: RedisServer }) | undefined> {
  const server = await startRedis({ settings });
  return server && { address: server.url, losses: lossesOfRedis(server), server, close: async () => server.close() };
}
