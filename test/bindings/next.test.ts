import { mistral } from '@ai-proxy/mistral';
import { startMistralSimulator } from '@ai-proxy/testing';
import type { MistralSimulator } from '@ai-proxy/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { describeBindings, describeParsers } from './describe-binding.ts';
import { nextBindings, nextParsers, startNext } from './next.ts';

describeBindings(nextBindings);
describeParsers(nextParsers);

describe('Next.js in front of its routes', () => {
  async function open(mount: string): Promise<{ url: string; simulator: MistralSimulator }> {
    const simulator = await startMistralSimulator();
    const { url, close } = await startNext(mount)({ providers: [mistral({ baseURL: simulator.url, apiKey: simulator.apiKey })] }, {});
    onTestFinished(async () => {
      await close();
      await simulator.close();
    });
    return { url, simulator };
  }

  const upload = (url: string, bytes: number): Promise<Response> => {
    const form = new FormData();
    form.set('purpose', 'ocr');
    form.set('file', new Blob([new Uint8Array(bytes)]), 'scan.pdf');
    return fetch(`${url}/mistral/v1/files`, { method: 'POST', body: form });
  };

  test('a rewrite leads to the mount', async () => {
    const { url, simulator } = await open('/gateway');
    const answer = await fetch(`${url}/mistral/v1/models?page=2`);
    expect(answer.status).toBe(200);
    expect(simulator.requests.map(({ path }) => path)).toEqual(['/v1/models?page=2']);
  });

  test('a body that proxy.ts has read goes up whole', async () => {
    const { url, simulator } = await open('/guarded');
    const answer = await upload(url, 1_000_000);
    expect([answer.status, await answer.json()]).toMatchObject([200, { bytes: 1_000_000 }]);
    expect(simulator.requests).toHaveLength(1);
  });

  test('a body of which proxy.ts has kept the beginning only is refused, and never taken for whole', async () => {
    const { url, simulator } = await open('/guarded');
    const answer = await upload(url, 12_000_000);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toMatch(/Only \d+ of the 12\d+ bytes .* leave the path of the AI gateway out of its matcher/);
    expect(simulator.requests.filter(({ bodyComplete }) => bodyComplete)).toEqual([]);
  });
});
