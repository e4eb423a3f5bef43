import { execFile } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startMistralSimulator, startPostgres, startRedis } from '@ai-proxy/testing';
import type { MistralSimulator, PostgresServer, RedisServer } from '@ai-proxy/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bannerOf, curl, emptyFolder, hasCurl, listening, removeFolder, runCommand, startCommand, stopped } from './command-process.ts';
import type { CurlAnswer, Environment } from './command-process.ts';

const masterKey = 'sk-1234';
const cliManifest = fileURLToPath(new URL('../package.json', import.meta.url));
const json = ['-H', 'Content-Type: application/json'];
const bearer = (key: string): string[] => ['-H', `Authorization: Bearer ${key}`];

const generate = async (url: string, fields: object = {}): Promise<CurlAnswer> =>
  curl('-L', '-X', 'POST', `${url}/key/generate`, ...bearer(masterKey), ...json, '-d', JSON.stringify(fields));
const chat = async (url: string, key: string, model = 'mistral-small-latest'): Promise<CurlAnswer> =>
  curl('-L', '-X', 'POST', `${url}/v1/chat/completions`, ...bearer(key), ...json, '-d', chatBody(model));
const ocr = async (url: string, key: string): Promise<CurlAnswer> =>
  curl('-L', '-X', 'POST', `${url}/mistral/v1/ocr`, ...bearer(key), ...json, '-d', ocrBody);

const chatBody = (model: string): string => JSON.stringify({ model, max_tokens: 20, messages: [{ role: 'user', content: 'Hello' }] });
const ocrBody = '{"model": "mistral-ocr-latest", "document": {"type": "image_url", "image_url": "https://example.com/receipt.png"}}';

const keyOf = ({ body }: CurlAnswer): string => {
  const key: unknown = (body as { key?: unknown }).key;
  if (typeof key !== 'string') throw new TypeError(`there is no key in ${JSON.stringify(body)}`);
  return key;
};

/** In OpenAI's dialect, or in Mistral's. */
const messageOf = ({ body }: CurlAnswer): unknown => {
  const { error, message } = body as { error?: { message?: unknown }; message?: unknown };
  return error?.message ?? message;
};

/** Two seconds are promised; the others are for a busy machine. */
const revokedWithin = 5000;

const refusal = (code: string, message: unknown = expect.any(String)): object => ({
  error: expect.objectContaining({ code, message }) as object,
});

describe.skipIf(!(await hasCurl()))('keys', { timeout: 120_000 }, () => {
  let mistral: MistralSimulator;
  let postgres: PostgresServer | undefined;
  let redis: RedisServer | undefined;
  let folder: string;
  const running: ChildProcess[] = [];

  beforeAll(async () => {
    [mistral, postgres, redis] = await Promise.all([
      startMistralSimulator({ apiKey: 'the-operators-own-key' }),
      startPostgres(),
      startRedis(),
    ]);
    folder = emptyFolder();
  }, 120_000);
  afterEach(async () => {
    await Promise.all(running.splice(0).map(async (child) => stopped(child, 'SIGKILL')));
    mistral.clear();
    removeFolder(folder);
    folder = emptyFolder();
  });
  afterAll(async () => {
    removeFolder(folder);
    await Promise.all([mistral.close(), postgres?.close(), redis?.close()]);
  });

  const upstream = (): Environment => ({ MISTRAL_API_KEY: mistral.apiKey, MISTRAL_API_BASE: mistral.url });

  async function start(environment: Environment = {}): Promise<{ url: string; child: ChildProcess }> {
    const child = startCommand(folder, ['--port', '0'], { ...upstream(), AI_PROXY_MASTER_KEY: masterKey, ...environment });
    running.push(child);
    return { url: await listening(child), child };
  }

  /** What a machine has, and the two variables at most that the operator sets for it. */
  const machines: [name: string, files: string[], environment: () => Promise<Environment> | Environment, isThere: () => boolean][] = [
    ['SQLite and nothing else', ['ai-proxy-journal', 'ai-proxy.db', 'ai-proxy.db.counters'], () => ({}), () => true],
    [
      'PostgreSQL and Redis, by two variables',
      ['ai-proxy-journal'],
      async () => ({ DATABASE_URL: (await postgres?.createDatabase()) ?? '', REDIS_URL: redis?.url ?? '' }),
      () => postgres !== undefined && redis !== undefined,
    ],
    [
      'PostgreSQL alone',
      ['ai-proxy-journal'],
      async () => ({ DATABASE_URL: (await postgres?.createDatabase()) ?? '' }),
      () => postgres !== undefined,
    ],
    ['SQLite and Redis', ['ai-proxy-journal', 'ai-proxy.db'], () => ({ REDIS_URL: redis?.url ?? '' }), () => redis !== undefined],
  ];

  it.for(machines)('are generated and used as LiteLLM shows it, on %s', async ([, files, environmentOf, isThere], { skip }) => {
    if (!isThere()) return skip();
    const { url, child } = await start(await environmentOf());

    const made = await generate(url);
    expect(made).toMatchObject({
      status: 200,
      body: { key: expect.stringMatching(/^sk-[\w-]{48}$/) as string, models: [], max_budget: null },
    });
    const key = keyOf(made);

    // Nothing was there before: the very first call is served.
    expect(await chat(url, key)).toMatchObject({ status: 200, body: { object: 'chat.completion' } });
    expect(await ocr(url, key)).toMatchObject({
      status: 200,
      body: { pages: [{ index: 0 }], usage_info: { pages_processed: expect.any(Number) as number } },
    });
    expect(
      mistral.requests.filter(({ path }) => path !== '/v1/models').map(({ path, headers }) => [path, headers['authorization']]),
    ).toEqual([
      ['/v1/chat/completions', 'Bearer the-operators-own-key'],
      ['/v1/ocr', 'Bearer the-operators-own-key'],
    ]);
    expect(JSON.stringify(mistral.requests)).not.toContain(key);

    expect(await stopped(child)).toEqual([0, null]);
    expect(
      readdirSync(folder)
        .filter((name) => !/-(?:wal|shm)$/.test(name))
        .toSorted(),
    ).toEqual(files);
  });

  it('count in an open budget what a server that was killed has spent', async () => {
    const first = await start();
    const key = keyOf(await generate(first.url, { max_budget: 1 }));
    const read = async (url: string, path: string, as: string): Promise<unknown> => (await curl(`${url}${path}`, ...bearer(as))).body;
    const spend = async (url: string): Promise<number> =>
      ((await read(url, `/key/info?key=${key}`, masterKey)) as { info: { spend: number } }).info.spend;
    const used = async (url: string): Promise<unknown> =>
      ((await read(url, '/me/usage', key)) as { limits: { used: number }[] }).limits[0]?.used;
    expect(await chat(first.url, key)).toMatchObject({ status: 200 });
    await expect.poll(async () => spend(first.url), { timeout: 20_000 }).toBeGreaterThan(0);
    const before = await spend(first.url);

    mistral.behave({ tokensPerSecond: 5 });
    const cut = await fetch(`${first.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...(JSON.parse(chatBody('mistral-small-latest')) as object), stream: true }),
    });
    await cut.body?.getReader().read();
    await stopped(first.child, 'SIGKILL');
    mistral.behave({});

    const { url } = await start();
    await expect.poll(async () => spend(url), { timeout: 20_000 }).toBeGreaterThan(before);
    // What was reserved would expire after a minute, and with it all that the counter knew of the call.
    const after = await spend(url);
    await expect.poll(async () => used(url), { timeout: 20_000 }).toBe(after);
    expect(mistral.requests.filter(({ path }) => path === '/v1/chat/completions')).toHaveLength(2);
  });

  it('make other addresses than those of this machine good to listen on, with a warning where the master key is short', async () => {
    const child = startCommand(folder, ['--port', '0', '--host', '0.0.0.0'], { ...upstream(), AI_PROXY_MASTER_KEY: masterKey });
    running.push(child);
    const banner = await bannerOf(child);
    expect(banner).toContain('warning: the master key is short');
    const port = /listens on http:\/\/0\.0\.0\.0:(\d+)/.exec(banner)?.[1];
    expect(await chat(`http://127.0.0.1:${port}`, 'none')).toMatchObject({ status: 401 });
  });

  it('are made and used by the requests that the command prints', async () => {
    const child = startCommand(folder, ['--port', '0'], { ...upstream(), AI_PROXY_MASTER_KEY: masterKey });
    running.push(child);
    const banner = await bannerOf(child);
    const url = /listens on (\S+)/.exec(banner)?.[1] ?? '';
    const commands = banner
      .replaceAll(/\\\n/g, ' ')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line.startsWith('curl '));
    const env = { NODE_ENV: 'test' as const, PATH: process.env['PATH'], AI_PROXY_MASTER_KEY: masterKey, KEY: keyOf(await generate(url)) };
    const asked = commands.map(async (line) =>
      promisify(execFile)('/bin/sh', ['-c', `${line} -sS -o /dev/null -w '%{http_code}'`], { env }),
    );
    expect((await Promise.all(asked)).map(({ stdout }) => stdout)).toEqual(['200', '200', '200', '200']);
  });

  it('made at one server work at another, die at both when they are revoked at one, and share their budget', async ({ skip }) => {
    if (!postgres || !redis) return skip();
    const stores = { DATABASE_URL: await postgres.createDatabase(), REDIS_URL: redis.url };
    const [one, other] = await Promise.all([start(stores), start(stores)]);

    const made = await generate(one.url);
    const key = keyOf(made);
    expect(await chat(other.url, key)).toMatchObject({ status: 200 });
    expect(await chat(one.url, key)).toMatchObject({ status: 200 });
    expect(await curl(`${other.url}/key/delete`, ...bearer(masterKey), ...json, '-d', JSON.stringify({ keys: [key] }))).toMatchObject({
      status: 200,
    });
    await expect.poll(async () => (await chat(one.url, key)).status, { timeout: revokedWithin, interval: 50 }).toBe(401);
    expect(await chat(other.url, key)).toMatchObject({ status: 401 });

    // What a budget lets through does not depend on where its calls are made.
    const budget = { max_budget: 0.0002, models: ['mistral-small-latest'] };
    const atOne = await callsWithin(keyOf(await generate(one.url, budget)), [one.url]);
    const atBoth = await callsWithin(keyOf(await generate(one.url, budget)), [one.url, other.url]);
    expect(atOne).toBeGreaterThan(5);
    expect(atBoth).toBe(atOne);
  });

  /** How many calls a budget lets through, made in turn at the servers. */
  async function callsWithin(key: string, urls: readonly string[]): Promise<number> {
    let served = 0;
    for (let refused = 0; refused < 5;) {
      const { status, body } = await chat(urls[(served + refused) % urls.length] ?? '', key);
      if (status === 200) {
        served += 1;
        refused = 0;
        continue;
      }
      expect({ status, body }).toEqual({ status: 429, body: refusal('budget_exceeded') });
      refused += 1;
      // The last call may not have been settled yet.
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return served;
  }

  it('are revoked by the command while servers run, within two seconds', async () => {
    const [one, other] = [await start(), await start()];
    const { stdout, code } = await runCommand(folder, ['keys', 'create', '--alias', 'ci']);
    expect(code).toBe(0);
    const key = stdout.trim();
    expect(await chat(one.url, key)).toMatchObject({ status: 200 });
    expect(await chat(other.url, key)).toMatchObject({ status: 200 });
    expect(await runCommand(folder, ['keys', 'revoke', 'ci'])).toMatchObject({ code: 0, stderr: '' });
    await expect
      .poll(async () => [(await chat(one.url, key)).status, (await chat(other.url, key)).status], { timeout: revokedWithin, interval: 100 })
      .toEqual([401, 401]);
  });

  it('outlive the server that made them, and its budget does', async () => {
    const first = await start();
    const key = keyOf(await generate(first.url, { max_budget: 0.0001 }));
    const served = await callsWithin(key, [first.url]);
    expect(served).toBeGreaterThan(2);
    await stopped(first.child);
    const second = await start();
    expect(await chat(second.url, key)).toEqual({ status: 429, body: refusal('budget_exceeded') });
  });

  describe('of one server', () => {
    let url: string;
    let child: ChildProcess;
    const ownFolder = emptyFolder();

    beforeAll(async () => {
      child = startCommand(ownFolder, ['--port', '0'], { ...upstream(), AI_PROXY_MASTER_KEY: masterKey });
      url = await listening(child);
    });
    afterAll(async () => {
      await stopped(child, 'SIGKILL');
      removeFolder(ownFolder);
    });

    it('are asked for on every route of the proxy, and nothing goes up without one', async () => {
      for (const path of [
        '/v1/models',
        '/v1/chat/completions',
        '/mistral/v1/ocr',
        '/mistral/v1/models',
        '/chat/completions',
        '/compat/v1/models',
      ]) {
        const isList = path.endsWith('models');
        const answer = await curl(
          `${url}${path}`,
          ...(isList ? [] : [...json, '-d', path.endsWith('ocr') ? ocrBody : chatBody('mistral-small-latest')]),
        );
        expect([path, answer.status, messageOf(answer)]).toEqual([path, 401, expect.stringMatching(/^This gateway asks for a key/)]);
      }
      for (const path of ['/key/list', '/spend', '/calls'])
        expect([path, await curl(`${url}${path}`)]).toEqual([path, { status: 401, body: refusal('invalid_master_key') }]);
      expect(await curl(`${url}/v1/feedback`, ...json, '-d', '{"trace_id":"1","value":1}')).toEqual({
        status: 401,
        body: refusal('key_missing'),
      });
      expect(await curl(`${url}/me/usage`)).toEqual({ status: 401, body: refusal('key_missing') });
      expect(await curl(`${url}/metrics`)).toEqual({ status: 401, body: refusal('invalid_master_key') });
      expect(await curl(`${url}/health`)).toEqual({ status: 200, body: { status: 'ok' } });
      expect(mistral.requests).toEqual([]);
    });

    it('are another thing than the master key, and whoever mixes them up is told so', async () => {
      const key = keyOf(await generate(url));
      expect(await chat(url, masterKey)).toEqual({
        status: 401,
        body: refusal('key_unknown', expect.stringMatching(/^This is the master key: it makes keys/)),
      });
      expect(await curl(`${url}/key/list`, ...bearer(key))).toMatchObject({ status: 403 });
      expect(await curl(`${url}/spend`, ...bearer(key))).toEqual({ status: 401, body: refusal('invalid_master_key') });
      expect(mistral.requests).toEqual([]);
      expect(await curl(`${url}/me/usage`, ...bearer(key))).toMatchObject({ status: 200, body: { spend: 0, limits: [] } });
    });

    it('open to callers of any host name and of any page that has one', async () => {
      const key = keyOf(await generate(url));
      const strange = ['-H', 'Host: ai.example.com', '-H', 'Origin: https://app.example'];
      expect(await curl(`${url}/v1/models`, ...strange, ...bearer(key))).toMatchObject({ status: 200 });
      expect(await curl(`${url}/v1/models`, ...strange)).toEqual({ status: 401, body: refusal('key_missing') });
    });

    it('are asked for where a WebSocket is asked for, whatever page it comes from', async () => {
      const headers = {
        upgrade: 'websocket',
        connection: 'Upgrade',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        origin: url,
      };
      const asked = request(`${url}/mistral/v1/audio/transcriptions/realtime?model=m`, { headers });
      asked.end();
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      expect(answer.statusCode).toBe(401);
      answer.resume();
      expect(mistral.requests).toEqual([]);
    });

    it('own what is made with them at a provider', async () => {
      const [ada, bob] = [keyOf(await generate(url)), keyOf(await generate(url))];
      const made = await curl(`${url}/mistral/v1/files`, ...bearer(ada), '-F', 'purpose=batch', '-F', `file=@${cliManifest}`);
      expect(made).toMatchObject({ status: 200, body: { id: expect.any(String) as string } });
      const { id } = made.body as { id: string };
      expect(await curl(`${url}/mistral/v1/files/${id}`, ...bearer(ada))).toMatchObject({ status: 200, body: { id } });
      expect(await curl(`${url}/mistral/v1/files/${id}`, ...bearer(bob))).toMatchObject({ status: 404 });
      expect(await curl(`${url}/mistral/v1/files`, ...bearer(bob))).toMatchObject({ status: 200, body: { data: [] } });
    });
  });
});
