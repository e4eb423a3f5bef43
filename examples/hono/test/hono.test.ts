import { serve } from '@hono/node-server';
import type { ServerType } from '@hono/node-server';
import { startMistralSimulator } from '@ai-proxy/testing';
import type { MistralSimulator } from '@ai-proxy/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { itIsAGateway, itKeepsOut } from '../../../test/examples/it-is-a-gateway.ts';
import type { RunningExample } from '../../../test/examples/it-is-a-gateway.ts';
import { createApp } from '../src/app.ts';

describe('the Hono example', () => {
  let simulator: MistralSimulator;
  let server: ServerType;
  let url: string;

  beforeAll(async () => {
    simulator = await startMistralSimulator();
    const { fetch } = createApp({ baseURL: simulator.url, apiKey: simulator.apiKey });
    url = await new Promise((resolve) => {
      server = serve({ fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => resolve(`http://127.0.0.1:${port}`));
    });
  });
  afterAll(async () => {
    server.close();
    await simulator.close();
  });

  const signedIn = (): RunningExample => ({ url: `${url}/ai`, simulator, headers: { 'x-user': 'ada' } });
  itIsAGateway(signedIn);
  itKeepsOut(signedIn, { status: 401, code: 'caller_unknown' });

  it('still serves the application, and answers in JSON where the gateway has nothing', async () => {
    expect(await (await fetch(url)).text()).toContain('The application itself');
    const answer = await fetch(`${url}/ai/nothing`, { headers: { 'x-user': 'ada' } });
    expect([answer.status, await answer.json()]).toMatchObject([404, { error: { code: 'path_not_found' } }]);
  });
});
