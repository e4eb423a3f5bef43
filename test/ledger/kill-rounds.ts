import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Ledger, RecordedCall } from '@ai-proxy/core';
import { openSql, sqlLedger } from '@ai-proxy/sql';
import { startMistralSimulator } from '@ai-proxy/testing';
import type { MistralSimulator } from '@ai-proxy/testing';

export interface KillOptions {
  /** The database of the ledger, by its URL. */
  readonly database: string;
  readonly kills: number;
  readonly inFlight: number;
  /** Is told after each kill. */
  readonly onKill?: (kill: number) => void;
}

/** What the upstream saw, beside what the ledger says of it. */
export interface KillVerdict {
  /** Calls that the upstream was asked for. */
  readonly asked: number;
  readonly recorded: number;
  /** Asked for, and not in the ledger. */
  readonly lost: number;
  /** More than once in the ledger. */
  readonly doubled: number;
  /** By which the sums differ from the calls, in calls and in micros. */
  readonly sumsOff: number;
  /** Recorded as `process_died`. */
  readonly died: number;
  /** Journals that are left over. */
  readonly journalsLeft: number;
}

/**
 * Kills a proxy again and again at random moments, with calls under way, and compares the ledger with what the simulated upstream has written down itself. The last process
 * is not killed: it takes over what the others have left, and closes.
 */
export async function killRounds({ database, kills, inFlight, onKill }: KillOptions): Promise<KillVerdict> {
  const journal = await mkdtemp(join(tmpdir(), 'ai-proxy-kill-'));
  const upstream = await startMistralSimulator({ requestLimit: 10_000_000, behaviour: { latencyMs: 5, tokensPerSecond: 300 } });
  const load = createLoad(inFlight);
  try {
    // The next one is up already when one dies: a service has several.
    let next = startProxy(upstream, database, journal);
    for (let kill = 1; kill <= kills; kill += 1) {
      const { child, port } = await next;
      next = startProxy(upstream, database, journal);
      const first = upstream.request(upstream.requests.length);
      const stop = load.run(port);
      await first;
      await setTimeout(Math.random() * 400);
      child.kill('SIGKILL');
      await once(child, 'exit');
      await stop();
      onKill?.(kill);
    }
    await end((await next).child);
    await end((await startProxy(upstream, database, journal)).child);
    return await judge(upstream, database, journal);
  } finally {
    await upstream.close();
    await rm(journal, { recursive: true, force: true });
  }
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.send('close');
  await ended;
}

async function startProxy(upstream: MistralSimulator, database: string, journal: string): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(new URL('proxy-process.ts', import.meta.url), [`${upstream.url}/v1`, upstream.apiKey, database, journal], {
    execArgv: ['--conditions=ai-proxy-source'],
  });
  const started = once(child, 'message');
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the proxy ended with ${String(code)} before it listened`);
  });
  const [port] = (await Promise.race([started, ended])) as [number];
  ended.catch(() => {});
  return { child, port };
}

/** Callers who ask again and again until their server is gone; each call says which it is. */
function createLoad(inFlight: number): { run(port: number): () => Promise<void> } {
  let number = 0;

  async function call(port: number): Promise<void> {
    number += 1;
    const content = `call-${number}`;
    const body = { model: 'mistral/mistral-small-latest', user: content, stream: number % 2 === 0, messages: [{ role: 'user', content }] };
    const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
    await response.text();
  }

  return {
    run(port) {
      let isStopped = false;
      const caller = async (): Promise<void> => {
        while (!isStopped) await call(port).catch(() => setTimeout(5));
      };
      const callers = Array.from({ length: inFlight }, caller);
      return async () => {
        isStopped = true;
        await Promise.all(callers);
      };
    },
  };
}

async function judge(upstream: MistralSimulator, database: string, journal: string): Promise<KillVerdict> {
  const asked = new Set(upstream.requests.flatMap(({ body }) => /call-\d+/.exec(Buffer.from(body).toString()) ?? []));
  const opened = openSql(database);
  const ledger = sqlLedger(opened);
  try {
    const calls = await readAll(ledger);
    const times = new Map<string, number>();
    for (const { endUser = '' } of calls) times.set(endUser, (times.get(endUser) ?? 0) + 1);
    const { rows } = await ledger.spend({ by: 'provider' });
    const summed = rows.reduce((sum, row) => ({ calls: sum.calls + row.calls, micros: sum.micros + row.micros }), { calls: 0, micros: 0 });
    const micros = calls.reduce((sum, { cost }) => sum + (cost?.micros ?? 0), 0);
    return {
      asked: asked.size,
      recorded: calls.length,
      lost: [...asked].filter((name) => !times.has(name)).length,
      doubled: [...times.values()].filter((count) => count > 1).length,
      sumsOff: Math.abs(summed.calls - calls.length) + Math.abs(summed.micros - micros),
      died: calls.filter(({ outcome }) => outcome === 'process_died').length,
      journalsLeft: (await readdir(journal)).length,
    };
  } finally {
    await ledger.close();
    await opened.close();
  }
}

async function readAll(ledger: Ledger): Promise<readonly RecordedCall[]> {
  const calls: RecordedCall[] = [];
  let cursor: string | undefined;
  do {
    const page = await ledger.calls({}, cursor, 1000);
    calls.push(...page.calls);
    cursor = page.next;
  } while (cursor !== undefined);
  return calls;
}
