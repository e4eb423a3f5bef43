import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startMistralSimulator } from '@ai-proxy/testing';
import type { MistralSimulator } from '@ai-proxy/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { itIsAGateway } from '../../../test/examples/it-is-a-gateway.ts';
import { createApp } from '../src/app.ts';

describe('the Express example', () => {
  let simulator: MistralSimulator;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    simulator = await startMistralSimulator();
    server = createApp({ baseURL: simulator.url, apiKey: simulator.apiKey }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.close();
    await simulator.close();
  });

  itIsAGateway(() => ({ url: `${url}/ai`, simulator, headers: {} }));

  it('still serves the application', async () => {
    expect(await (await fetch(url)).text()).toContain('The application itself');
  });
});
