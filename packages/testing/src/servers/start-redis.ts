import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findProgramFolder, installWithApt } from './find-programs.ts';
import { freePort, startServerProcess } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';

const run = promisify(execFile);

/** A Redis for tests: of its own port, with nothing on disk that is not asked for, gone with the process. */
export interface RedisServer {
  readonly url: string;
  /** Runs a command with `redis-cli`, and answers what it says. */
  ask(...command: readonly string[]): Promise<string>;
  /** The server dies, as by a crash: what it has not saved is lost. */
  kill(): Promise<void>;
  /** The server is there again, at the same address. */
  start(): Promise<void>;
  /** The server stands still: it takes connections and bytes, and does nothing. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Stops it and throws everything away. */
  close(): Promise<void>;
}

export interface RedisServerOptions {
  /** Further settings of `redis.conf`, by their names. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A cluster of this one node, to which all slots belong: it refuses what does not lie in one slot. @default false */
  readonly cluster?: boolean;
}

/**
 * Starts a Redis, or a Valkey, where there is one on the PATH or where it can be installed. Otherwise says so in one line and gives nothing, so that tests can
 * be skipped; with `CI=true` it throws instead.
 */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer | undefined> {
  const programs = await findRedis();
  if ('reason' in programs) {
    const message = `Redis is not on this machine, and ${programs.reason}: what needs it is skipped`;
    if (process.env['CI'] === 'true') throw new Error(message);
    console.warn(message);
    return undefined;
  }
  return startIn(programs, options);
}

interface Programs {
  readonly server: string;
  readonly client: string;
}

async function findRedis(): Promise<Programs | { readonly reason: string }> {
  const found = await findPrograms();
  if (found) return found;
  const refused = await installWithApt('redis-server');
  if (refused !== undefined) return { reason: refused };
  return (await findPrograms()) ?? { reason: 'its package lacks redis-server or redis-cli' };
}

async function findPrograms(): Promise<Programs | undefined> {
  for (const [server, client] of [
    ['redis-server', 'redis-cli'],
    ['valkey-server', 'valkey-cli'],
  ] as const) {
    const folder = await findProgramFolder([server, client], ['/opt/homebrew/bin', '/usr/local/bin']);
    if (folder !== undefined) return { server: join(folder, server), client: join(folder, client) };
  }
  return undefined;
}

/** A node that has met no other does not know its own address, and clients ask it for that. */
const clusterSettings = async (): Promise<Readonly<Record<string, string>>> => ({
  'cluster-enabled': 'yes',
  'cluster-config-file': 'nodes.conf',
  'cluster-port': String(await freePort()),
  'cluster-announce-ip': '127.0.0.1',
});

async function startIn({ server, client }: Programs, { settings = {}, cluster = false }: RedisServerOptions): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'ai-proxy-redis-'));
  const port = await freePort();
  const all = {
    bind: '127.0.0.1',
    port: String(port),
    dir: folder,
    save: '',
    appendonly: 'no',
    'enable-debug-command': 'yes',
    ...(cluster ? await clusterSettings() : {}),
    ...settings,
  };
  let running: ServerProcess | undefined;
  let id: number | undefined;

  async function ask(...command: readonly string[]): Promise<string> {
    const { stdout } = await run(client, ['-h', '127.0.0.1', '-p', String(port), ...command], { timeout: 30_000 });
    return stdout.trim();
  }

  async function start(): Promise<void> {
    const started = startServerProcess(
      server,
      Object.entries(all).flatMap(([key, value]) => [`--${key}`, value]),
      { folder },
    );
    running = started;
    let hasEnded = false;
    void started.ended.then(() => (hasEnded = true));
    for (let tries = 0; ; tries += 1) {
      try {
        id = Number(/^process_id:(\d+)/m.exec(await ask('INFO', 'server'))?.[1]);
        // A server that is still reading its data answers to few commands, of which this is one.
        if (id > 0) break;
      } catch {
        // Not there yet.
      }
      if (hasEnded || tries > 200) throw new Error(`Redis does not start: ${started.output()}`);
      await setTimeout(25);
    }
    if (cluster && /^cluster_slots_assigned:0/m.test(await ask('CLUSTER', 'INFO'))) {
      await ask('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
      while (!/^cluster_state:ok/m.test(await ask('CLUSTER', 'INFO'))) await setTimeout(25);
    }
  }

  const signal = (name: NodeJS.Signals): void => {
    if (id !== undefined) process.kill(id, name);
  };

  async function kill(): Promise<void> {
    if (!running) return;
    signal('SIGKILL');
    id = undefined;
    await running.stop();
    running = undefined;
  }

  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    ask,
    start,
    kill,
    async freeze() {
      signal('SIGSTOP');
    },
    async thaw() {
      signal('SIGCONT');
    },
    async close() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
