import { execFile } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findProgramFolder, installWithApt } from './find-programs.ts';
import { freePort, startServerProcess } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';

const run = promisify(execFile);

/** A PostgreSQL for tests: of its own folder and port, gone with the process. */
export interface PostgresServer {
  /** An empty database of its own. */
  createDatabase(): Promise<string>;
  /** The server goes away, as in an outage; its data stay. */
  stop(): Promise<void>;
  /** The server is there again, at the same address. */
  start(): Promise<void>;
  /** Stops it and throws everything away. */
  close(): Promise<void>;
}

/**
 * Starts a PostgreSQL where there is one, on the PATH or under `/usr/lib/postgresql`, or where it can be installed. Otherwise says so in one line and gives
 * nothing, so that tests can be skipped; with `CI=true` it throws instead.
 */
export async function startPostgres(): Promise<PostgresServer | undefined> {
  const programs = await findPostgres();
  if (programs.folder === undefined) {
    const message = `PostgreSQL is not on this machine, and ${programs.reason}: what needs it is skipped`;
    if (process.env['CI'] === 'true') throw new Error(message);
    console.warn(message);
    return undefined;
  }
  return startIn(programs.folder);
}

async function findPostgres(): Promise<{ readonly folder: string } | { readonly folder: undefined; readonly reason: string }> {
  const folder = await findProgramFolder(needed, places);
  if (folder !== undefined) return { folder };
  const refused = await installWithApt('postgresql');
  if (refused !== undefined) return { folder: undefined, reason: refused };
  const installed = await findProgramFolder(needed, places);
  return installed === undefined ? { folder: undefined, reason: `its package lacks one of ${needed.join(', ')}` } : { folder: installed };
}

const needed = ['initdb', 'postgres', 'pg_isready', 'createdb'];

const places = ['/usr/lib/postgresql/*/bin', '/usr/pgsql-*/bin', '/opt/homebrew/opt/postgresql*/bin', '/usr/local/pgsql/bin'];

async function startIn(programs: string): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'ai-proxy-postgres-'));
  const user = await otherUser();
  if (user) await chown(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const port = await freePort();
  const call = { cwd: folder, ...user };
  await run(
    join(programs, 'initdb'),
    ['--pgdata', data, '--auth', 'trust', '--username', 'postgres', '--encoding', 'UTF8', '--no-sync'],
    call,
  );
  const settings = ['listen_addresses=127.0.0.1', `port=${port}`, `unix_socket_directories=${folder}`, 'fsync=off', 'max_connections=200'];
  let server: ServerProcess | undefined;
  let databases = 0;

  async function start(): Promise<void> {
    const started = startServerProcess(join(programs, 'postgres'), ['-D', data, ...settings.flatMap((setting) => ['-c', setting])], {
      user,
      folder,
    });
    server = started;
    let hasEnded = false;
    void started.ended.then(() => (hasEnded = true));
    for (let tries = 0; ;) {
      try {
        await run(join(programs, 'pg_isready'), ['--host', '127.0.0.1', '--port', String(port), '--timeout', '5'], call);
        return;
      } catch {
        tries += 1;
        if (hasEnded || tries > 200) throw new Error(`PostgreSQL does not start: ${started.output()}`);
        await setTimeout(50);
      }
    }
  }

  async function stop(): Promise<void> {
    await server?.stop();
    server = undefined;
  }

  await start();
  return {
    start,
    stop,
    async createDatabase() {
      databases += 1;
      const name = `test_${databases}`;
      await run(join(programs, 'createdb'), ['--host', '127.0.0.1', '--port', String(port), '--username', 'postgres', name], call);
      return `postgres://postgres@127.0.0.1:${port}/${name}`;
    },
    async close() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root. */
async function otherUser(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
      return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
    } catch {
      // No such user here.
    }
  }
  throw new Error('PostgreSQL cannot run as root, and there is no user "postgres" or "nobody" to run it as');
}
