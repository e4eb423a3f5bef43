import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import compress from '@fastify/compress';
import { mistral } from '@ai-proxy/mistral';
import { startMistralSimulator } from '@ai-proxy/testing';
import type { MistralSimulator } from '@ai-proxy/testing';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aiPlugin } from '../src/ai-plugin.ts';
import { itIsAGateway, itKeepsOut } from '../../../test/examples/it-is-a-gateway.ts';
import type { RunningExample } from '../../../test/examples/it-is-a-gateway.ts';
import { createApp } from '../src/app.ts';

describe('the Fastify example', () => {
  let simulator: MistralSimulator;
  let app: FastifyInstance;
  let url: string;

  beforeAll(async () => {
    simulator = await startMistralSimulator();
    app = createApp({ baseURL: simulator.url, apiKey: simulator.apiKey });
    url = await app.listen({ port: 0, host: '127.0.0.1' });
  });
  afterAll(async () => {
    await app.close();
    await simulator.close();
  });

  const signedIn = (): RunningExample => ({ url: `${url}/ai`, simulator, headers: { 'x-user': 'ada' } });
  itIsAGateway(signedIn);
  itKeepsOut(signedIn, { status: 401, code: 'caller_unknown' });

  it('reads a large compressed body, and answers uncompressed, behind @fastify/compress', async () => {
    const content = randomBytes(3_000_000).toString('base64');
    const compressing = Fastify();
    await compressing.register(compress, { threshold: 0 });
    await compressing.register(aiPlugin({ providers: [mistral({ baseURL: simulator.url, apiKey: simulator.apiKey })] }), { prefix: '/ai' });
    const answer = await fetch(`${await compressing.listen({ port: 0, host: '127.0.0.1' })}/ai/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync(JSON.stringify({ model: 'mistral-small-latest', messages: [{ role: 'user', content }] })),
    });
    expect([answer.status, answer.headers.get('content-encoding')]).toEqual([200, null]);
    expect(await answer.json()).toMatchObject({ choices: [{ finish_reason: 'stop' }] });
    expect(simulator.requests.at(-1)?.json).toMatchObject({ messages: [{ role: 'user', content }] });
    await compressing.close();
  });

  it('still serves the application, and answers in JSON where the gateway has nothing', async () => {
    expect(await (await fetch(url)).text()).toContain('The application itself');
    const answer = await fetch(`${url}/ai/nothing`, { headers: { 'x-user': 'ada' } });
    expect([answer.status, await answer.json()]).toMatchObject([404, { error: { code: 'path_not_found' } }]);
  });
});
