import { once } from 'node:events';
import type { EventEmitter } from 'node:events';
import type { RedisConnection } from './redis-connection.ts';

/** What is used of a client or a cluster of `ioredis`. */
export interface IoredisClient extends EventEmitter {
  readonly status: string;
  evalsha(sha: string, keyCount: number, ...keysAndParameters: string[]): Promise<unknown>;
  eval(text: string, keyCount: number, ...keysAndParameters: string[]): Promise<unknown>;
  publish(channel: string, message: string): Promise<unknown>;
  subscribe(...channels: string[]): Promise<unknown>;
  duplicate(): IoredisClient;
  connect(): Promise<unknown>;
  disconnect(): void;
}

export function fromIoredis(client: IoredisClient): RedisConnection {
  return {
    get isReady() {
      return client.status === 'ready';
    },
    get problem() {
      return client.status === 'ready' ? undefined : new Error(`the client's status is "${client.status}"`);
    },
    async open() {
      if (client.status === 'ready') return;
      // With `lazyConnect` it waits for its first command.
      if (client.status === 'wait') await client.connect();
      else if (client.status === 'end') throw new Error('the client that was handed over has been closed');
      else await once(client, 'ready');
    },
    callScript: async (sha, keys, parameters) => client.evalsha(sha, keys.length, ...keys, ...parameters),
    sendScript: async (text, keys, parameters) => client.eval(text, keys.length, ...keys, ...parameters),
    publish: async (channel, message) => client.publish(channel, message),
    subscribe(channel, { onMessage, onProblem }) {
      const own = client.duplicate();
      // It connects again by itself; until then whoever listens has other means.
      own.on('error', () => {});
      own.on('message', (_channel: string, message: string) => onMessage(message));
      let isOver = false;
      own.subscribe(channel).catch((error: unknown) => {
        if (!isOver) onProblem(error);
      });
      return () => {
        isOver = true;
        own.disconnect();
      };
    },
    async close() {
      // It is its owner's.
    },
  };
}
