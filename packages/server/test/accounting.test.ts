import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
const masterKey = 'sk-master-0123456789';

/** Runs the command in a folder of its own, where a ledger may be made. */
function start(folder: string, args: readonly string[], environment: Record<string, string> = {}): ChildProcess {
  const env: NodeJS.ProcessEnv = { ...environment, PATH: process.env['PATH'], NODE_ENV: 'test' };
  return spawn(process.execPath, ['--conditions=ai-proxy-source', cli, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function run(
  folder: string,
  args: readonly string[],
  environment?: Record<string, string>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = start(folder, args, environment);
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (text) => (output.stdout += String(text)));
  child.stderr?.on('data', (text) => (output.stderr += String(text)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}

async function listening(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const piece of child.stdout ?? []) {
    text += String(piece);
    const url = /listens on (\S+)/.exec(text)?.[1];
    if (url !== undefined && text.includes('ocr')) return url;
  }
  throw new Error(`the command ended without a banner: ${text}`);
}

describe('the command with a master key', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'ai-proxy-'));
  let child: ChildProcess;
  let url: string;

  const ask = (path: string, init?: RequestInit): Promise<Response> => fetch(`${url}${path}`, init);
  const read = (path: string): Promise<Response> => ask(path, { headers: { authorization: `Bearer ${masterKey}` } });
  const chat = (): Promise<Response> =>
    ask('/v1/chat/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-ai-proxy-tags': 'night' },
      body: JSON.stringify({ model: 'mistral-small-latest', user: 'ada', messages: [{ role: 'user', content: 'Hello' }] }),
    });

  beforeAll(async () => {
    child = start(folder, ['--demo', '--port', '0'], { AI_PROXY_MASTER_KEY: masterKey });
    url = await listening(child);
  });
  afterAll(async () => {
    if (child.exitCode === null) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it('keeps a ledger in SQLite, and reads it out to who has the key', async () => {
    const answer = await chat();
    const id = answer.headers.get('x-ai-proxy-id') ?? '';
    expect(answer.status).toBe(200);
    await expect.poll(async () => (await read(`/calls/${id}`)).status, { timeout: 15_000 }).toBe(200);
    expect(await (await read(`/calls/${id}`)).json()).toMatchObject({
      endUser: 'ada',
      tags: ['night'],
      outcome: 'ok',
      cost: { price: { source: expect.stringContaining('genai-prices') as string } },
    });
    expect(await (await read('/spend?by=endUser')).json()).toMatchObject({ rows: [{ value: 'ada', calls: 1, unknownCalls: 0 }] });
    expect((await ask('/spend?by=endUser')).status).toBe(401);
  });

  it('takes feedback on a call', async () => {
    const { calls } = (await (await read('/calls')).json()) as { calls: { id: string }[] };
    const body = JSON.stringify({ trace_id: calls[0]?.id, value: 1 });
    expect((await ask('/v1/feedback', { method: 'POST', headers: { 'content-type': 'application/json' }, body })).status).toBe(200);
    expect(await (await read(`/calls/${calls[0]?.id}`)).json()).toMatchObject({ feedback: { value: 1 } });
  });

  it('counts at /metrics', async () => {
    expect(await (await ask('/metrics')).text()).toMatch(
      /^ai_proxy_calls_total\{operation="chat",provider="mistral",model="mistral-small-latest",outcome="ok",stream="false"\} 1$/m,
    );
  });

  it('prints what was spent, also while the server runs', async () => {
    const { code, stdout, stderr } = await run(folder, ['spend', '--by', 'endUser']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')[0]).toMatch(/^endUser +calls +not ok +input +cached +output +dollars +unknown cost$/);
    expect(stdout.split('\n')[1]).toMatch(/^ada +1 +0 +\d+ +0 +\d+ +0\.0\d+$/);
  });

  it('lets nothing be lost when it is stopped', async () => {
    expect((await chat()).status).toBe(200);
    child.kill('SIGTERM');
    await once(child, 'close');
    expect((await run(folder, ['spend', '--by', 'endUser'])).stdout.split('\n')[1]).toMatch(/^ada +2 /);
  });
});

describe('ai-proxy spend', { timeout: 60_000 }, () => {
  it.each([
    {
      case: 'a ledger that is not there',
      args: ['--database', 'sqlite:/nowhere/at/all.db'],
      says: /there is no ledger at "\/nowhere\/at\/all\.db"/,
    },
    { case: 'a dimension that is none', args: ['--by', 'colour'], says: /--by has to be one of key, team/ },
    { case: 'a moment that is none', args: ['--from', 'yesterday', '--database', 'sqlite:package.json'], says: /is no moment/ },
    { case: 'a database of another kind', args: ['--database', 'mysql://a'], says: /sqlite:|postgres:/ },
  ])('refuses $case in one line and exits 1', async ({ args, says }) => {
    const { code, stdout, stderr } = await run(fileURLToPath(new URL('..', import.meta.url)), ['spend', ...args]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(says);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
