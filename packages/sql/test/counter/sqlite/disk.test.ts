import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqlCounter } from '../../../src/counter/sql-counter.ts';
import { openSql } from '../../../src/database/open-sql.ts';
import { gauge, parallel, reservation } from '../windows.ts';

interface Outcome {
  readonly kept: number;
  readonly used: number | undefined;
  readonly failures: Readonly<Record<string, number>>;
}

let folder = '';
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'ai-proxy-counter-'))));
afterEach(async () => rm(folder, { recursive: true }));

const url = (): string => `sqlite:${join(folder, 'ai-proxy.db')}`;

/** What came of calls in a process that a shell has prepared. */
async function countAfter(preparation: string, calls: number, env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const program = fileURLToPath(new URL('count-in-trouble.ts', import.meta.url));
  const child = spawn(
    '/bin/sh',
    ['-c', `${preparation}; exec "$@"`, 'sh', process.execPath, '--conditions=ai-proxy-source', program, url(), String(calls)],
    {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, ...env },
    },
  );
  const [outcome] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the process ended with ${String(code)}`))),
  ]);
  // What the program sends.
  return outcome as Outcome;
}

describe.skipIf(process.platform === 'win32')('a disk that does not take everything', () => {
  it('rejects calls by an error that names the file, and loses none that it has kept', { timeout: 60_000 }, async () => {
    // Blocks of 512 bytes: less than the log of the file wants.
    const { kept, used, failures } = await countAfter('ulimit -f 500', 4000);
    expect(
      Object.keys(failures).filter((failure) => !/^SqlError: the counter: the file .*ai-proxy\.db\.counters failed: /.test(failure)),
    ).toEqual([]);
    expect(Object.values(failures).reduce((all, count) => all + count, kept)).toBe(4000);
    expect(Object.values(failures).length).toBeGreaterThan(0);
    expect(kept).toBeGreaterThan(0);
    expect(used ?? kept).toBe(kept);
  });

  it('rejects calls where the file may not be written, and takes them where it may again', { timeout: 60_000 }, async () => {
    const counter = sqlCounter(openSql(url()));
    await counter.reserve(reservation('before', [gauge()]));
    await counter.close();
    await chmod(`${join(folder, 'ai-proxy.db')}.counters`, 0o444);
    await chmod(folder, 0o555);
    const { kept, failures } = await countAfter('true', 3, { WITHOUT_RIGHTS: '1' });
    expect([kept, Object.values(failures)]).toEqual([0, [3]]);
    expect(Object.keys(failures)[0]).toMatch(
      /^SqlError: the counter: the file .*counters failed: .*right to write|^SqlError: the counter: .*allowed to write/,
    );
    await chmod(folder, 0o777);
    await chmod(`${join(folder, 'ai-proxy.db')}.counters`, 0o666);
    expect(await countAfter('true', 3, { WITHOUT_RIGHTS: '1' })).toEqual({ kept: 3, used: 4, failures: {} });
    expect(await counter.read('tenant', [parallel])).toMatchObject([{ used: 4 }]);
    await counter.close();
  });
});
