import type { ChildProcess } from 'node:child_process';
import { startPostgres, startRedis } from '@ai-proxy/testing';
import type { PostgresServer, RedisServer } from '@ai-proxy/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bannerOf, emptyFolder, folderOfTest, removeFolder, runCommand, startCommand, stopped } from './command-process.ts';
import type { Environment } from './command-process.ts';

const masterKey = 'sk-master-0123456789';

describe('the stores of the command', { timeout: 120_000 }, () => {
  let redis: RedisServer | undefined;
  let postgres: PostgresServer | undefined;
  const folder = emptyFolder();
  const running: ChildProcess[] = [];

  beforeAll(async () => {
    [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
  }, 120_000);
  afterEach(async () => {
    await Promise.all(running.splice(0).map(async (child) => stopped(child, 'SIGKILL')));
  });
  afterAll(async () => {
    removeFolder(folder);
    await Promise.all([redis?.close(), postgres?.close()]);
  });

  async function start(environment: Environment): Promise<{ url: string; banner: string; child: ChildProcess }> {
    const child = startCommand(folder, ['--demo', '--port', '0'], { AI_PROXY_MASTER_KEY: masterKey, ...environment });
    running.push(child);
    const banner = await bannerOf(child);
    return { url: /listens on (\S+)/.exec(banner)?.[1] ?? '', banner, child };
  }

  async function makeKey(url: string, fields: object): Promise<string> {
    const headers = { authorization: `Bearer ${masterKey}`, 'content-type': 'application/json' };
    const answer = await fetch(`${url}/key/generate`, { method: 'POST', headers, body: JSON.stringify(fields) });
    return ((await answer.json()) as { key: string }).key;
  }

  async function chat(url: string, key: string): Promise<number> {
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'mistral-small-latest', max_tokens: 20, messages: [{ role: 'user', content: 'Hello' }] }),
    });
    await answer.arrayBuffer();
    return answer.status;
  }

  const ready = async (url: string): Promise<unknown> => (await fetch(`${url}/ready`)).json();
  const allReady = { status: 'ready', checks: { providers: 'ok', ledger: 'ok', keys: 'ok', counter: 'ok', owners: 'ok' } };

  it('are open before the first call, which needs all of them at once', async ({ skip }) => {
    if (!redis || !postgres) return skip();
    const stores = { DATABASE_URL: await postgres.createDatabase(), REDIS_URL: redis.url };
    const made = await runCommand(folder, ['keys', 'create', '--max-budget', '1', '--rpm', '10'], stores);
    // Whatever Redis knew is gone: the first call opens the budget anew.
    await redis.ask('SCRIPT', 'FLUSH');
    const { url } = await start(stores);
    expect(await chat(url, made.stdout.trim())).toBe(200);
    expect(await ready(url)).toEqual(allReady);
  });

  it('may lack Redis at the start: budgets are closed until it is there, and what needs none goes on', async ({ skip }) => {
    if (!redis) return skip();
    await redis.freeze();
    const { url, banner } = await start({ REDIS_URL: redis.url });
    expect(banner).toMatch(/warning: Redis does not answer \(.+\): keys with budgets are refused until it does/);
    const [free, bounded] = [await makeKey(url, {}), await makeKey(url, { max_budget: 1 })];
    expect([await chat(url, free), await chat(url, bounded)]).toEqual([200, 503]);
    expect(await ready(url)).toEqual({ ...allReady, status: 'not_ready', checks: { ...allReady.checks, counter: 'failing' } });
    expect((await fetch(`${url}/health`)).status).toBe(200);
    await redis.thaw();
    await expect.poll(async () => chat(url, bounded), { timeout: 15_000 }).toBe(200);
    await expect.poll(async () => ready(url), { timeout: 15_000 }).toEqual(allReady);
  });

  it('hold up no end that do not answer', async ({ skip }) => {
    if (!redis) return skip();
    const { url, child } = await start({ REDIS_URL: redis.url });
    expect(await chat(url, await makeKey(url, {}))).toBe(200);
    await redis.freeze();
    expect(await stopped(child)).toEqual([0, null]);
    await redis.thaw();
  });

  it('are missed by /ready as long as they are away, and the server goes on when they are back', async ({ skip }) => {
    if (!postgres) return skip();
    const { url, child } = await start({ DATABASE_URL: await postgres.createDatabase() });
    const key = await makeKey(url, {});
    expect(await chat(url, key)).toBe(200);
    await postgres.stop();
    await expect
      .poll(async () => ready(url), { timeout: 15_000 })
      .toMatchObject({
        status: 'not_ready',
        checks: { providers: 'ok', ledger: 'failing', keys: 'failing', counter: 'failing', owners: 'failing' },
      });
    // What was remembered of the key counts for two seconds at most.
    await expect.poll(async () => chat(url, key), { timeout: 15_000 }).toBe(503);
    await postgres.start();
    await expect.poll(async () => chat(url, key), { timeout: 15_000 }).toBe(200);
    await expect.poll(async () => ready(url), { timeout: 15_000 }).toEqual(allReady);
    expect(await stopped(child)).toEqual([0, null]);
  });

  it('end the start where Redis refuses the password, in one line without it', async ({ skip }) => {
    if (!redis) return skip();
    await redis.ask('ACL', 'SETUSER', 'guest', 'on', '>right', '~*', '+@all');
    const environment = { AI_PROXY_MASTER_KEY: masterKey, REDIS_URL: redis.url.replace('//', '//guest:hush-hush@') };
    const { code, stdout, stderr } = await runCommand(folderOfTest(), ['--demo', '--port', '0'], environment);
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: 'ai-proxy: REDIS_URL is wrong: Redis refuses the user or the password.\n',
    });
  });

  it('hold what was spent when the server is told to stop in the midst of a call', async () => {
    const { url, child } = await start({});
    const key = await makeKey(url, { max_budget: 1, key_alias: 'leaving' });
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'mistral-small-latest',
        stream: true,
        max_tokens: 200,
        messages: [{ role: 'user', content: 'Hello' }],
      }),
    });
    const end = stopped(child);
    expect(await answer.text()).toMatch(/data: \[DONE\]\n\n$/);
    expect(await end).toEqual([0, null]);
    const again = await start({});
    const usage = await fetch(`${again.url}/me/usage`, { headers: { authorization: `Bearer ${key}` } });
    const { spend } = (await usage.json()) as { spend: number };
    expect(spend).toBeGreaterThan(0);
    expect(spend).toBeLessThan(0.001);
  });
});
