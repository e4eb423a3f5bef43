import { once } from 'node:events';
import type { EventEmitter } from 'node:events';
import type { RedisConnection } from './redis-connection.ts';

/** What is used of a client or a cluster of `@redis/client`, or of `redis`, which brings it. */
export interface NodeRedisClient extends EventEmitter {
  readonly isOpen: boolean;
  /** A cluster has none. */
  readonly isReady?: boolean;
  evalSha(sha: string, parameters: { keys: string[]; arguments: string[] }): Promise<unknown>;
  eval(text: string, parameters: { keys: string[]; arguments: string[] }): Promise<unknown>;
  publish(channel: string, message: string): Promise<unknown>;
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
  duplicate(): NodeRedisClient;
  connect(): Promise<unknown>;
  destroy(): void;
}

/** Whoever made the client connects it, as he closes it. */
export function fromNodeRedis(client: NodeRedisClient): RedisConnection {
  const isReady = (): boolean => client.isReady ?? client.isOpen;
  return {
    get isReady() {
      return isReady();
    },
    get problem() {
      return client.isOpen ? undefined : notOpened;
    },
    async open() {
      if (!client.isOpen) throw notOpened;
      // `once` rejects where the client reports an error first.
      if (!isReady()) await once(client, 'ready');
    },
    callScript: async (sha, keys, parameters) => client.evalSha(sha, { keys: [...keys], arguments: [...parameters] }),
    sendScript: async (text, keys, parameters) => client.eval(text, { keys: [...keys], arguments: [...parameters] }),
    publish: async (channel, message) => client.publish(channel, message),
    subscribe(channel, { onMessage, onProblem }) {
      const own = client.duplicate();
      let isOver = false;
      // It connects again by itself; until then whoever listens has other means.
      own.on('error', () => {});
      own
        .connect()
        .then(async () => own.subscribe(channel, onMessage))
        .catch((error: unknown) => {
          if (!isOver) onProblem(error);
        });
      return () => {
        isOver = true;
        if (own.isOpen) own.destroy();
      };
    },
    async close() {
      // It is its owner's.
    },
  };
}

const notOpened = new Error('the client that was handed over has not been opened: await its connect() first');
