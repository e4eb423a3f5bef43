import { Socket } from 'node:net';
import type { Client } from 'pg';
import { loadDriver } from '../../database/postgres-pool.ts';

export interface ListenerOptions {
  readonly url: string;
  /** Milliseconds for connecting, and for each sign of life. */
  readonly timeout: number;
  /** Told once, until changes are heard of again. */
  readonly onProblem: (error: unknown) => void;
}

/** Hears of changes by LISTEN. */
export interface Listener {
  /** Nothing is opened before: whoever only watches has nothing yet that could change. */
  start(): void;
  listen(onChange: (id: string) => void): () => void;
  close(): void;
}

/** The channel that changes of keys are told on. */
export const channel = 'ai_proxy_keys';

/** A connection that has broken without a word is noticed after so many milliseconds. */
const signOfLife = 10_000;
const leastPause = 100;
const mostPause = 5000;

/** Listens over one connection of its own as long as somebody wants to hear, and connects anew, more and more slowly, while the server is away. */
export function createListener({ url, timeout, onProblem }: ListenerOptions): Listener {
  const watchers = new Set<(id: string) => void>();
  let client: Client | undefined;
  let clock: NodeJS.Timeout | undefined;
  let pause = leastPause;
  let isStarted = false;
  let isConnecting = false;
  let hasProblem = false;

  async function connect(): Promise<void> {
    const { default: driver } = await loadDriver();
    if (watchers.size === 0) return;
    const connecting = new driver.Client({
      connectionString: url,
      application_name: 'ai-proxy keys',
      connectionTimeoutMillis: timeout,
      query_timeout: timeout,
      keepAlive: true,
      // A connection that only listens keeps no process alive.
      stream: () => new Socket().unref(),
    });
    client = connecting;
    connecting.on('error', (error) => lose(connecting, error));
    connecting.on('end', () => lose(connecting, new Error('the connection has ended')));
    connecting.on('notification', ({ payload }) => tell(payload));
    try {
      await connecting.connect();
      await connecting.query(`listen ${channel}`);
      pause = leastPause;
      hasProblem = false;
      checkLater(connecting);
    } catch (error) {
      lose(connecting, error);
    }
  }

  function tell(id: string | undefined): void {
    if (id !== undefined) for (const watcher of watchers) watcher(id);
  }

  function checkLater(connected: Client): void {
    if (client !== connected) return;
    clock = setTimeout(() => {
      connected.query('select 1').then(
        () => checkLater(connected),
        (error: unknown) => lose(connected, error),
      );
    }, signOfLife).unref();
  }

  function lose(lost: Client, error: unknown): void {
    if (client !== lost) return;
    drop();
    complain(error);
    clock = setTimeout(begin, pause * (0.5 + Math.random() / 2)).unref();
    pause = Math.min(pause * 2, mostPause);
  }

  function complain(error: unknown): void {
    if (!hasProblem) onProblem(error);
    hasProblem = true;
  }

  function drop(): void {
    clearTimeout(clock);
    const dropped = client;
    client = undefined;
    // It may be gone already, or never have been there.
    void dropped?.end().catch(() => {});
  }

  function begin(): void {
    if (!isStarted || watchers.size === 0 || client || isConnecting) return;
    isConnecting = true;
    // Without the driver no look-up succeeds either: there is nothing to try again.
    const connected = connect().catch(complain);
    void connected.then(() => {
      isConnecting = false;
    });
  }

  return {
    start() {
      if (isStarted) return;
      isStarted = true;
      begin();
    },
    listen(onChange) {
      watchers.add(onChange);
      begin();
      return () => {
        watchers.delete(onChange);
        if (watchers.size === 0) drop();
      };
    },
    close() {
      watchers.clear();
      drop();
    },
  };
}
