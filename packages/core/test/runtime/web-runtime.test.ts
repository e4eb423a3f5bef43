import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { startMistralSimulator, startOllamaSimulator } from '@ai-proxy/testing';
import type { Fault, MistralSimulator, OllamaSimulator, RecordedRequest } from '@ai-proxy/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGate } from '../fixtures/gate.ts';
import { contentOf, eventsOf } from '../fixtures/read-reply.ts';
import type { Report, Told, Upstreams } from './web-program.ts';

/** Runs the program in a process of its own, from which Node has been taken away. */
function run(conditions: readonly string[], upstreams: Upstreams): Promise<Report> {
  return new Promise((resolve, reject) => {
    const settings = JSON.stringify({ conditions, upstreams });
    execFile(process.execPath, [fileURLToPath(new URL('./main.ts', import.meta.url)), settings], (error, stdout, stderr) => {
      if (error) reject(new Error(stderr, { cause: error }));
      else resolve(JSON.parse(stdout) as Report);
    });
  });
}

const greeting = 'You said: Hello there';

describe.each([
  ['a runtime that has no name', []],
  ['Cloudflare Workers', ['workerd', 'worker', 'browser']],
  ['edge functions', ['edge-light', 'browser']],
  ['Bun', ['bun', 'node', 'module-sync']],
])('the proxy under the conditions of %s', (_name, conditions) => {
  let cloud: MistralSimulator;
  let local: OllamaSimulator;
  let report: Report;
  let watch: Server;

  beforeAll(async () => {
    const { open, opened } = createGate();
    // Answers when the provider has a request before it that it will never answer.
    watch = createServer((_req, res) => void opened.then(() => res.end())).listen(0, '127.0.0.1');
    await once(watch, 'listening');
    const neverAnswer = (): Fault => {
      open();
      return { name: 'acceptAndNeverAnswer' };
    };
    cloud = await startMistralSimulator({
      behaviours: {
        'open-mistral-nemo': { fault: { name: 'gzipBody' } },
        'ministral-8b-latest': { fault: neverAnswer },
        'mistral-large-latest': { tokensPerSecond: 5 },
      },
    });
    local = await startOllamaSimulator();
    report = await run(conditions, {
      mistralUrl: cloud.url,
      mistralKey: cloud.apiKey,
      ollamaUrl: local.url,
      watchUrl: `http://127.0.0.1:${(watch.address() as AddressInfo).port}`,
    });
  });
  afterAll(async () => {
    watch.closeAllConnections();
    watch.close();
    await Promise.all([cloud.close(), local.close()]);
  });

  const told = (name: string): Told => report.calls[name] ?? {};
  const parsed = (name: string): unknown => JSON.parse(told(name).text ?? '');
  const asked = (model: string): RecordedRequest[] =>
    cloud.requests.filter(({ json }) => typeof json === 'object' && json !== null && 'model' in json && json.model === model);

  it('has none of Node about it', () => {
    expect(report.leftOver).toEqual([]);
  });

  it('answers whole, from either provider, for either client', () => {
    for (const name of ['whole', 'from ollama', 'compressed by the caller', 'compressed by the provider', 'native']) {
      expect([name, told(name).status, parsed(name)]).toMatchObject([
        name,
        200,
        { choices: [{ message: { content: expect.stringContaining(greeting) } }] },
      ]);
    }
    expect(asked('mistral-small-latest')[0]).toMatchObject({
      path: '/v1/chat/completions',
      headers: { authorization: `Bearer ${cloud.apiKey}` },
    });
    expect(local.requests.find(({ path }) => path === '/api/chat')?.json).toMatchObject({ model: 'llama3.2', stream: false });
  });

  it.each(['streamed', 'streamed from ollama', 'native and streamed', 'native, compressed by the provider'])('streams: %s', (name) => {
    const { status, type, text = '' } = told(name);
    expect([status, type]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect(contentOf(eventsOf(text))).toContain(greeting);
    expect(text).toMatch(/data: \[DONE\]\n\n$/);
  });

  it('streams lines to a client of Ollama', () => {
    const { type, text = '' } = told('for an Ollama client');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { message: { content: string }; done: boolean });
    expect(type).toBe('application/x-ndjson');
    expect(lines.map((line) => line.message.content).join('')).toContain(greeting);
    expect(lines.at(-1)?.done).toBe(true);
  });

  it('lists what its providers have, and finds a model below a prefix', () => {
    const { data } = parsed('models') as { data: { id: string }[] };
    expect(data.map(({ id }) => id)).toEqual(expect.arrayContaining(['mistral-small-latest', 'llama3.2']));
    expect(parsed('below a prefix')).toMatchObject({ id: 'mistral-small-latest' });
  });

  it('relays an upload', () => {
    expect(parsed('upload')).toMatchObject({ filename: 'bytes.bin', bytes: 300_000 });
    const upload = cloud.requests.find(({ path }) => path === '/v1/files');
    expect(upload?.headers).toMatchObject({ authorization: `Bearer ${cloud.apiKey}` });
    expect(upload?.body.length).toBeGreaterThan(300_000);
  });

  it.each([
    ['of nobody', 401, 'caller_unknown'],
    ['with a picture by its URL', 400, 'remote_file_refused'],
    ['with nothing in the environment', 500, 'not_configured'],
    ['to nobody', 502, 'upstream_connect'],
    ['without a key in the environment', 500, 'not_configured'],
  ])('refuses a call %s with %i', (name, status, code) => {
    expect([told(name).status, parsed(name)]).toMatchObject([status, { error: { code } }]);
  });

  it('stops the provider when its caller leaves, before the answer and in the middle of it', async () => {
    expect([told('left before the answer'), told('left in the middle')]).toEqual([{ threw: 'AbortError' }, { threw: 'AbortError' }]);
    expect(told('cancelled in the middle').text).toContain('chat.completion.chunk');
    const left = [...asked('ministral-8b-latest'), ...asked('mistral-large-latest')];
    expect(await Promise.all(left.map(({ ended }) => ended))).toEqual(['closed-by-peer', 'closed-by-peer', 'closed-by-peer']);
  });

  it('settles the account of every call once', () => {
    expect(report.receipts).toEqual([
      'chat canonical mistral ok',
      'chat canonical mistral ok',
      'chat canonical ollama ok',
      'chat canonical ollama ok',
      'chat native mistral ok',
      'chat native mistral ok',
      'chat canonical mistral ok',
      'models canonical  ok',
      'chat canonical mistral ok',
      'chat canonical mistral ok',
      'chat native mistral ok',
      'files opaque mistral ok',
      'models canonical  ok',
      'models canonical  refused',
      'chat canonical ollama refused',
      'chat canonical nobody upstream_connect',
      'chat canonical keyless internal_error',
      'chat canonical mistral caller_left',
      'chat canonical mistral caller_left',
      'chat native mistral caller_left',
    ]);
  });
});

describe('the taking away of Node', () => {
  const nowhere = { mistralUrl: '', mistralKey: '', ollamaUrl: '', watchUrl: '' };

  it('shows under the conditions of Node, which lead to what only Node has', async () => {
    await expect(run(['node'], nowhere)).rejects.toThrow(/imports (?:node:stream|undici), which no web runtime has/);
  });
});
