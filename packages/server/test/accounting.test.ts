import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyFolder, listening, removeFolder, runCommand as run, startCommand, stopped } from './command-process.ts';

const masterKey = 'sk-master-0123456789';

describe('the command with a master key', { timeout: 60_000 }, () => {
  const folder = emptyFolder();
  let child: ChildProcess;
  let url: string;
  let key: string;

  const ask = (path: string, init?: RequestInit): Promise<Response> => fetch(`${url}${path}`, init);
  const read = (path: string): Promise<Response> => ask(path, { headers: { authorization: `Bearer ${masterKey}` } });
  const chat = (): Promise<Response> =>
    ask('/v1/chat/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-ai-proxy-tags': 'night', authorization: `Bearer ${key}` },
      body: JSON.stringify({ model: 'mistral-small-latest', user: 'ada', messages: [{ role: 'user', content: 'Hello' }] }),
    });

  beforeAll(async () => {
    child = startCommand(folder, ['--demo', '--port', '0'], { AI_PROXY_MASTER_KEY: masterKey });
    url = await listening(child);
    const made = await ask('/key/generate', { method: 'POST', headers: { authorization: `Bearer ${masterKey}` } });
    ({ key } = (await made.json()) as { key: string });
  });
  afterAll(async () => {
    await stopped(child, 'SIGKILL');
    removeFolder(folder);
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
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
    expect((await ask('/v1/feedback', { method: 'POST', headers, body })).status).toBe(200);
    expect(await (await read(`/calls/${calls[0]?.id}`)).json()).toMatchObject({ feedback: { value: 1 } });
  });

  it('counts at /metrics', async () => {
    expect(await (await read('/metrics')).text()).toMatch(
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
    await stopped(child);
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
    { case: 'a mistyped option', args: ['--form', '7d'], says: /there is no option "--form"; did you mean --from\?/ },
    { case: 'a database of another kind', args: ['--database', 'mysql://a'], says: /sqlite:|postgres:/ },
  ])('refuses $case in one line and exits 1', async ({ args, says }) => {
    const { code, stdout, stderr } = await run(fileURLToPath(new URL('..', import.meta.url)), ['spend', ...args]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(says);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
