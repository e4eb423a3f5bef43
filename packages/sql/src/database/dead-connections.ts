import { Socket } from 'node:net';
import type * as pg from 'pg';

/** Milliseconds after which a connection that is in use, or is being made, is looked at. */
const patience = 700;
/** Milliseconds for making another connection beside it, and for its one question. */
const attempt = 500;
/** Milliseconds between two looks while the server does not answer, and the longest between two at work that takes long. */
const [pause, longestPause] = [100, 10_000];

interface Tracked {
  readonly socket: Socket;
  /** Since when it has been in use, or in the making; nothing while it is idle. */
  since: number | undefined;
}

/**
 * A connection can be dead without a word: the other end has lost it, or a router on the way has forgotten it. Whoever asks something over it waits for the whole time that a query
 * may take, and so does the next. So another connection is made beside it: where that succeeds, and the server says that it is waiting for us just as we are for it, the old one
 * is cut. One that does not come about while another does is cut as well. The clock runs only while something takes long, and keeps no process alive.
 */
export function createDeadConnections(
  driver: Pick<typeof pg, 'Client'>,
  url: string,
): { readonly Client: typeof pg.Client; watch(pool: pg.Pool): void } {
  const tracked = new Map<object, Tracked>();
  let clock: NodeJS.Timeout | undefined;
  let isLooking = false;
  let pauseNow = pause;

  function look(later: number): void {
    if (isLooking) return;
    clock ??= setTimeout(() => {
      clock = undefined;
      isLooking = true;
      void cutDead().finally(() => {
        isLooking = false;
        if (suspects(0).length > 0) look(Math.max(pauseNow, 1));
      });
    }, later).unref();
  }

  const suspects = (age: number): readonly (readonly [object, Tracked])[] =>
    [...tracked].filter(([, { since }]) => since !== undefined && performance.now() - since >= age);

  async function cutDead(): Promise<void> {
    const old = suspects(patience);
    if (old.length === 0) {
      pauseNow = pause;
      return;
    }
    const held = old.flatMap(([client, one]) => (processOf(client) === undefined ? [] : [[processOf(client), one] as const]));
    const beganAt = performance.now();
    const waiting = await askBeside(held.map(([id]) => id));
    if (!waiting) {
      pauseNow = pause;
      return;
    }
    // On a way that is slow for all, or to a server that is busy, nothing is dead that takes its time.
    const late = suspects(patience + 5 * (performance.now() - beganAt));
    const unmade = late.filter(([client]) => processOf(client) === undefined).map(([, one]) => one);
    const dead = [...unmade, ...held.filter(([id]) => waiting.has(id)).map(([, one]) => one)];
    for (const { socket } of dead) socket.destroy();
    pauseNow = dead.length > 0 ? pause : Math.min(pauseNow * 2, longestPause);
  }

  /** Of some of the server's processes those that wait for us; nothing where the server cannot be asked. */
  async function askBeside(ids: readonly (number | undefined)[]): Promise<ReadonlySet<number | undefined> | undefined> {
    const beside = new driver.Client({
      connectionString: url,
      application_name: 'ai-proxy look',
      connectionTimeoutMillis: attempt,
      query_timeout: attempt,
    });
    beside.on('error', noMatter);
    try {
      await beside.connect();
      const { rows } = await beside.query<{ pid: number }>(waitingProcesses, [ids]);
      return new Set(rows.map(({ pid }) => pid));
    } catch {
      return undefined;
    } finally {
      void beside.end().catch(noMatter);
    }
  }

  function begin(client: object): void {
    const one = tracked.get(client);
    if (one) one.since = performance.now();
    look(patience);
  }

  function end(client: object): void {
    const one = tracked.get(client);
    if (one) one.since = undefined;
  }

  class TrackedClient extends driver.Client {
    constructor(config?: string | pg.ClientConfig) {
      const socket = new Socket();
      super({ ...(typeof config === 'string' ? { connectionString: config } : config), stream: () => socket });
      tracked.set(this, { socket, since: undefined });
      socket.once('close', () => tracked.delete(this));
      begin(this);
    }
  }

  return {
    Client: TrackedClient,
    watch(pool) {
      pool.on('acquire', begin);
      pool.on('release', (_error, client) => end(client));
    },
  };
}

/** Through a pooler the numbers are not the server's own: one that is found there by chance has another name. */
const waitingProcesses = `
  select pid from pg_stat_activity
  where pid = any($1::int[]) and application_name like 'ai-proxy%' and state like 'idle%' and state_change < clock_timestamp() - interval '500 ms'
`;

/** The number of the server's process for a connection; there is one once it has been made. */
const processOf = (client: object): number | undefined =>
  'processID' in client && typeof client.processID === 'number' ? client.processID : undefined;

/** It is only a look. */
const noMatter = (): void => {};
