import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startPostgres } from '@ai-proxy/testing';
import type { PostgresServer } from '@ai-proxy/testing';
import { Client } from 'pg';

const run = promisify(execFile);

/** A PostgreSQL that can be done harm to. */
export interface PostgresControl {
  readonly server: PostgresServer;
  readonly port: number;
  /** Runs statements outside of any transaction, each by itself. */
  ask(...statements: readonly string[]): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Takes all connections that there are. */
  useUpConnections(): Promise<void>;
  giveConnectionsBack(): Promise<void>;
  /** Fills the disk that it writes to. Only for one that was started on a small disk. */
  fillDisk(): Promise<void>;
  emptyDisk(): Promise<void>;
  close(): Promise<void>;
}

export interface PostgresControlOptions {
  /** On a file system of this many megabytes, of its own. Needs the right to mount. */
  readonly disk?: number;
}

export async function controlPostgres({ disk }: PostgresControlOptions = {}): Promise<PostgresControl | undefined> {
  const mounted = disk === undefined ? undefined : await mountDisk(disk);
  if (disk !== undefined && mounted === undefined) return undefined;
  const before = process.env['TMPDIR'];
  if (mounted !== undefined) process.env['TMPDIR'] = mounted;
  const server = await startPostgres();
  if (mounted !== undefined) restore('TMPDIR', before);
  if (!server) return undefined;
  const url = await server.createDatabase();
  const { port } = new URL(url);
  const [{ data_directory: folder = '' } = {}] = await query(url, 'show data_directory');
  const filler = join(mounted ?? '', 'filler');
  let hogs: Client[] = [];
  let isStopped = false;

  /** The first process, and those it has started. */
  async function processes(): Promise<readonly number[]> {
    const first = Number((await readFile(join(folder, 'postmaster.pid'), 'utf8')).split('\n')[0]);
    const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
    const children = await Promise.all(all.map(async (id) => ((await parentOf(id)) === first ? [id] : [])));
    return [first, ...children.flat()];
  }

  async function signal(name: NodeJS.Signals): Promise<void> {
    for (const id of await processes()) {
      try {
        process.kill(id, name);
      } catch {
        // It has just ended.
      }
    }
  }

  async function start(): Promise<void> {
    // What it had started before may take a moment to find out that it is dead.
    for (let tries = 0; ; tries += 1) {
      try {
        await server?.start();
        isStopped = false;
        return;
      } catch (error) {
        await server?.stop();
        if (tries > 20) throw error;
        await setTimeout(100);
      }
    }
  }

  return {
    server,
    port: Number(port),
    ask: async (...statements) => void (await query(url, ...statements)),
    start,
    async kill() {
      await signal('SIGKILL');
      await server.stop();
      isStopped = true;
    },
    freeze: async () => signal('SIGSTOP'),
    thaw: async () => signal('SIGCONT'),
    async useUpConnections() {
      for (;;) {
        const hog = new Client({ connectionString: url });
        hog.on('error', () => {});
        try {
          await hog.connect();
        } catch {
          const [last] = hogs;
          const { rows = [] } = (await last?.query<{ count: string }>(others)) ?? {};
          if (rows[0]?.count === '0') return;
          await last?.query(endOthers);
          continue;
        }
        hogs.push(hog);
        await hog.query(`set application_name = 'hog'`);
      }
    },
    async giveConnectionsBack() {
      await Promise.all(hogs.map(async (hog) => hog.end()));
      hogs = [];
      // Its processes end a moment later.
      const isThere = async (): Promise<boolean> =>
        query(url, 'select 1').then(
          () => true,
          () => false,
        );
      while (!(await isThere())) await setTimeout(20);
    },
    async fillDisk() {
      const { bavail, bsize } = await statfs(mounted ?? '');
      await writeFile(filler, Buffer.alloc(bavail * bsize)).catch(() => {});
      for (;;) {
        const left = await statfs(mounted ?? '');
        if (left.bavail === 0) return;
        await writeFile(`${filler}-${performance.now()}`, Buffer.alloc(left.bavail * left.bsize)).catch(() => {});
      }
    },
    async emptyDisk() {
      for (const name of await readdir(mounted ?? '')) if (name.startsWith('filler')) await rm(join(mounted ?? '', name));
      // It gives up where it cannot write down what it has done.
      const isThere = await query(url, 'select 1').then(
        () => true,
        () => false,
      );
      if (isThere) return;
      await server.stop();
      await start();
    },
    async close() {
      await Promise.all(hogs.map(async (hog) => hog.end().catch(() => {})));
      if (!isStopped) await signal('SIGCONT');
      await server.close();
      if (mounted !== undefined) {
        await run('umount', [mounted]);
        await rm(mounted, { recursive: true });
      }
    },
  };
}

const others = `select count(*) from pg_stat_activity where backend_type = 'client backend' and application_name <> 'hog'`;
const endOthers = `select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and application_name <> 'hog'`;

async function query(url: string, ...statements: readonly string[]): Promise<readonly Record<string, string>[]> {
  // Who was told to take no writes still takes this.
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000, options: '-c default_transaction_read_only=off' });
  client.on('error', () => {});
  await client.connect();
  try {
    let rows: readonly Record<string, string>[] = [];
    for (const statement of statements) ({ rows } = await client.query<Record<string, string>>(statement));
    return rows;
  } finally {
    await client.end();
  }
}

async function parentOf(id: number): Promise<number> {
  const text = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => '');
  // The name of the program stands in brackets, and may hold anything.
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
}

async function mountDisk(megabytes: number): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'ai-proxy-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=1777`, 'tmpfs', folder]);
    return folder;
  } catch {
    await rm(folder, { recursive: true });
    return undefined;
  }
}

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
