import { setTimeout } from 'node:timers/promises';
import type { RedisServer } from '@ai-proxy/testing';
import type { PostgresControl } from './postgres-control.ts';
import type { Relay } from './relay.ts';

/** One way for a server to fail. */
export interface Fault<Server> {
  readonly name: string;
  /** What of its work it still does: none, only what writes nothing, or whatever chance leaves to it. */
  readonly leaves: 'nothing' | 'reading' | 'something';
  /** Whether a counter goes on, because it asks for the right to write by itself. */
  readonly countsOn?: true;
  /** Whether it needs a disk of its own. */
  readonly needsDisk?: true;
  begin(server: Server, relay: Relay): Promise<unknown>;
  /** Resolves when it takes connections and does its work again. */
  end(server: Server, relay: Relay): Promise<unknown>;
}

/** Far beyond what anybody waits for. */
const delay = 2000;

/** Lost on the way, whoever answers. */
const onTheWay: readonly Fault<unknown>[] = [
  {
    name: 'slow',
    leaves: 'nothing',
    begin: async (_server, relay) => relay.set({ delay }),
    end: async (_server, relay) => relay.set('pass'),
  },
  {
    name: 'half-open connections',
    leaves: 'nothing',
    begin: async (_server, relay) => relay.set('swallow'),
    end: async (_server, relay) => relay.set('pass'),
  },
];

export const redisFaults: readonly Fault<RedisServer>[] = [
  { name: 'killed', leaves: 'nothing', begin: async (server) => server.kill(), end: async (server) => server.start() },
  { name: 'frozen', leaves: 'nothing', begin: async (server) => server.freeze(), end: async (server) => server.thaw() },
  ...onTheWay,
  {
    name: 'read-only',
    leaves: 'reading',
    begin: async (server) => server.ask('REPLICAOF', '127.0.0.1', '1'),
    end: async (server) => server.ask('REPLICAOF', 'NO', 'ONE'),
  },
  {
    name: 'out of memory',
    leaves: 'reading',
    begin: async (server) => server.ask('CONFIG', 'SET', 'maxmemory', '1'),
    end: async (server) => server.ask('CONFIG', 'SET', 'maxmemory', '0'),
  },
  {
    name: 'restarted, with its data',
    leaves: 'nothing',
    async begin(server) {
      await server.ask('SAVE');
      await server.kill();
    },
    end: async (server) => server.start(),
  },
];

export const postgresFaults: readonly Fault<PostgresControl>[] = [
  { name: 'killed', leaves: 'nothing', begin: async (server) => server.kill(), end: async (server) => server.start() },
  { name: 'frozen', leaves: 'nothing', begin: async (server) => server.freeze(), end: async (server) => server.thaw() },
  ...onTheWay,
  {
    name: 'read-only',
    leaves: 'reading',
    countsOn: true,
    begin: async (server) => server.ask('alter system set default_transaction_read_only = on', 'select pg_reload_conf()'),
    end: async (server) => server.ask('alter system reset default_transaction_read_only', 'select pg_reload_conf()'),
  },
  {
    name: 'out of connections',
    leaves: 'nothing',
    begin: async (server) => server.useUpConnections(),
    end: async (server) => server.giveConnectionsBack(),
  },
  {
    name: 'out of disk',
    leaves: 'something',

    needsDisk: true,
    begin: async (server) => server.fillDisk(),
    end: async (server) => server.emptyDisk(),
  },
  {
    name: 'restarted',
    leaves: 'nothing',
    async begin(server) {
      await server.server.stop();
      await setTimeout(100);
    },
    end: async (server) => server.start(),
  },
];
