import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { sendRaw } from '@ai-proxy/testing';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bannerOf, emptyFolder, folderOfTest, removeFolder, runCommand, startCommand, stopped } from './command-process.ts';
import type { Environment } from './command-process.ts';

describe('the command', () => {
  const withKeys = { AI_PROXY_MASTER_KEY: 'sk-master-0123456789' };
  const refused: { case: string; args: string[]; environment?: Environment; says: RegExp }[] = [
    { case: 'no provider', args: [], says: /no provider is configured\. Set MISTRAL_API_KEY or OLLAMA_HOST, or start with --demo/ },
    { case: 'a misspelt option', args: ['--prot', '9000'], says: /there is no option "--prot"; did you mean --port\?/ },
    { case: 'a command that there is none of', args: ['spent'], says: /there is no command "spent"; did you mean "spend"\?/ },
    {
      case: 'an address that others reach, without keys',
      args: ['--demo', '--host', '0.0.0.0'],
      says: /will not listen on "0\.0\.0\.0": no caller is asked for a key, .* Set AI_PROXY_MASTER_KEY/,
    },
    {
      case: 'an address that is none of this machine',
      args: ['--demo', '--host', '192.0.2.1'],
      environment: withKeys,
      says: /is no address of this machine/,
    },
    {
      case: 'a database that is away',
      args: ['--demo'],
      environment: { ...withKeys, DATABASE_URL: 'postgres://me:hush-hush@127.0.0.1:1/keys' },
      says: /the database postgres:\/\/127\.0\.0\.1:1\/keys cannot be used: connect ECONNREFUSED/,
    },
    {
      case: 'a path where no database can be',
      args: ['--demo'],
      environment: { ...withKeys, DATABASE_URL: 'sqlite:/nowhere/at/all.db' },
      says: /the database sqlite:\/nowhere\/at\/all\.db cannot be used/,
    },
    {
      case: 'a file that is no database',
      args: ['--demo'],
      environment: { ...withKeys, DATABASE_URL: `sqlite:${import.meta.filename}` },
      says: /cannot be used: file is not a database/,
    },
    {
      case: 'a folder where no journal can be',
      args: ['--demo'],
      environment: { ...withKeys, AI_PROXY_JOURNAL: `${import.meta.filename}/journal` },
      says: /the journal cannot be written: ENOTDIR.* Name another folder by AI_PROXY_JOURNAL/,
    },
    {
      case: 'a scheme that is not of Redis',
      args: ['--demo'],
      environment: { ...withKeys, REDIS_URL: 'http://me:hush-hush@127.0.0.1:6379' },
      says: /REDIS_URL is wrong: the url of Redis has to begin with redis:\/\//,
    },
    { case: 'a port that is none', args: ['--demo', '--port', '99999'], says: /"99999" is not a port/ },
    { case: 'an origin with a path', args: ['--demo', '--cors', 'https://a.example/x'], says: /is not an origin/ },
  ];

  it.each(refused)('refuses $case in one line and exits 1', async ({ args, environment, says }) => {
    const { code, stdout, stderr } = await runCommand(folderOfTest(), args, environment);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(says);
    expect(stderr).not.toContain('hush');
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('names the port that is in use', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as AddressInfo;
    const { code, stderr } = await runCommand(folderOfTest(), ['--demo', '--port', String(port)], withKeys);
    blocker.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`port ${port} on 127.0.0.1 is in use`);
  });

  it('prints its help', async () => {
    const { code, stdout } = await runCommand(folderOfTest(), ['--help']);
    expect(code).toBe(0);
    for (const word of ['--demo', 'ai-proxy keys', 'ai-proxy spend', 'AI_PROXY_MASTER_KEY', 'DATABASE_URL', 'REDIS_URL'])
      expect(stdout).toContain(word);
  });
});

describe('the demonstration', () => {
  let child: ChildProcess;
  let url: string;
  let printed: string;
  const folder = emptyFolder();

  beforeAll(async () => {
    child = startCommand(folder, ['--demo', '--', '--port', '0', '--cors', 'https://app.example'], { AI_PROXY_OLLAMA_FACE: '1' });
    printed = await bannerOf(child);
    url = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0] ?? '';
  });
  afterAll(async () => {
    await stopped(child, 'SIGKILL');
    removeFolder(folder);
  });

  it('says that it is simulated, in its banner and in every answer', async () => {
    expect(printed).toContain('SIMULATED');
    expect(printed).toContain('keys: none are asked for, so it listens on this machine only; AI_PROXY_MASTER_KEY changes that');
    for (const path of ['/health', '/v1/models', '/mistral/v1/models', '/nothing']) {
      const answer = await fetch(url + path);
      expect([path, answer.headers.get('x-ai-proxy-simulated')]).toEqual([path, 'true']);
      await answer.body?.cancel();
    }
  });

  it('answers the three requests that it prints', async () => {
    const requests = [...printed.matchAll(/curl (?:-N )?(\S+) [^\n]*\n\s+-d '([^']+)'/g)];
    expect(requests).toHaveLength(3);
    for (const [, target, body] of requests) {
      const answer = await fetch(target ?? '', { method: 'POST', headers: { 'content-type': 'application/json' }, body: body ?? '' });
      expect([target, answer.status]).toEqual([target, 200]);
      expect((await answer.text()).length).toBeGreaterThan(100);
    }
  });

  it('is alive at /health, and answers unknown paths in JSON', async () => {
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok' });
    expect((await fetch(`${url}/health`, { method: 'POST' })).status).toBe(405);
    const unknown = await fetch(`${url}/nothing`);
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({ error: { code: 'path_not_found' } });
  });

  it('serves the openai client, from each of its providers', async () => {
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none' });
    for (const model of ['mistral-small-latest', 'ollama/llama3.2', 'local/default']) {
      const { choices } = await client.chat.completions.create({ model, messages: [{ role: 'user', content: 'Hello' }] });
      expect(choices[0]?.finish_reason).toBe('stop');
    }
  });

  it('speaks to clients of Ollama where the environment says so', async () => {
    const answer = await fetch(`${url}/api/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'mistral-small-latest', messages: [{ role: 'user', content: 'Hello' }] }),
    });
    expect(JSON.parse((await answer.text()).trim().split('\n').at(-1) ?? '')).toMatchObject({ done: true, done_reason: 'stop' });
  });

  it('answers the preflight of a listed origin only', async () => {
    const preflight = (origin: string): Promise<Response> =>
      fetch(`${url}/v1/chat/completions`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
      });
    expect((await preflight('https://app.example')).headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });

  it.each([
    { stranger: 'a page of another origin', headers: { origin: 'https://evil.example' } },
    { stranger: 'a page without an origin of its own', headers: { origin: 'null' } },
    { stranger: 'a name that leads here', headers: { host: 'evil.example:8787' } },
  ])('refuses $stranger', async ({ headers }) => {
    const { status } = await sendRaw({ port: Number(new URL(url).port), method: 'GET', path: '/v1/models', headers });
    expect(status).toBe(403);
  });

  it('finishes what is under way when it is asked to stop', async () => {
    const stream = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'mistral-small-latest', stream: true, messages: [{ role: 'user', content: 'Hello' }] }),
    });
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await stream.text()).toMatch(/data: \[DONE\]\n\n$/);
    expect(await ended).toEqual([0, null]);
  });
});
