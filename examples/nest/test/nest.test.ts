import 'reflect-metadata';
import { startMistralSimulator } from '@ai-proxy/testing';
import type { MistralSimulator } from '@ai-proxy/testing';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { clientOf, itIsAGateway, itKeepsOut, question } from '../../../test/examples/it-is-a-gateway.ts';
import type { RunningExample } from '../../../test/examples/it-is-a-gateway.ts';
import { createApp } from '../src/app.ts';

describe('the Nest example', () => {
  let simulator: MistralSimulator;
  let app: NestExpressApplication;
  let url: string;

  beforeAll(async () => {
    simulator = await startMistralSimulator();
    vi.stubEnv('MISTRAL_API_BASE', simulator.url);
    vi.stubEnv('MISTRAL_API_KEY', simulator.apiKey);
    app = await createApp();
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(async () => {
    await app.close();
    await simulator.close();
    vi.unstubAllEnvs();
  });

  describe.each([
    ['/ai', 'as middleware', {}],
    ['/team/ai', 'behind a guard', { 'x-user': 'ada' }],
  ])('at %s, %s', (mount, _where, headers) => {
    const running = (): RunningExample => ({ url: `${url}${mount}`, simulator, headers });
    itIsAGateway(running);

    it('takes more than Nest takes by default', async () => {
      const long = [{ role: 'user' as const, content: 'x'.repeat(300_000) }];
      const { usage } = await clientOf(running()).chat.completions.create({ ...question, messages: long });
      expect(usage?.total_tokens).toBeGreaterThan(0);
      expect(simulator.requests.at(-1)?.json).toMatchObject({ messages: long });
    });
  });

  itKeepsOut(() => ({ url: `${url}/team/ai`, simulator, headers: {} }), { status: 403 });

  it('still serves the application, and its own answers where the gateway has none', async () => {
    expect(await (await fetch(url)).text()).toContain('The application itself');
    expect(await (await fetch(`${url}/ai/nothing`)).json()).toMatchObject({ statusCode: 404 });
  });
});
