import fc from 'fast-check';
import { Ollama } from 'ollama';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { ollama } from '../../src/index.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Where Ollama's own client for JavaScript goes. */
async function urlOfClient(host: string): Promise<string> {
  const urls: string[] = [];
  const client = new Ollama({
    host,
    fetch: async (input) => {
      urls.push(input instanceof Request ? input.url : String(input));
      return Response.json({ models: [] });
    },
  });
  await client.list();
  return new URL(urls[0] ?? '').href;
}

/** Where the provider goes for the same spelling. */
function urlOfProvider(host: string): string {
  vi.stubEnv('OLLAMA_HOST', host);
  const { baseURL, models } = ollama();
  return new URL((typeof baseURL === 'function' ? baseURL('models') : baseURL) + (models?.path ?? '')).href;
}

describe('OLLAMA_HOST', () => {
  it('keeps a port of 80', () => {
    expect(urlOfProvider('gpu:80')).toBe('http://gpu/api/tags');
  });

  it.each([
    '127.0.0.1',
    ':4321',
    'gpu',
    'gpu:81',
    'http://gpu',
    'https://gpu',
    'https://gpu:8443/ollama/',
    '[::1]:1',
    'http://[::1]',
    'GPU.Example/x',
  ])('as %j leads where Ollama’s own client goes', async (host) => {
    expect(urlOfProvider(host)).toBe(await urlOfClient(host));
  });

  // Its client for JavaScript takes a port of 80 without a scheme for none; the one in Go, which is the older, does not.
  it('leads where Ollama’s own client goes, whatever scheme, port and path it has', async () => {
    const spelling = fc
      .tuple(
        fc.constantFrom('', 'http://', 'https://'),
        fc.constantFrom('gpu', 'gpu.example.com', '10.1.2.3', '[fd00::7]'),
        fc.option(fc.integer({ min: 81, max: 65_535 }), { nil: undefined }),
        fc.constantFrom('', '/', '/ollama', '/a/b/', '/api'),
      )
      .map(([scheme, host, port, path]) => `${scheme}${host}${port === undefined ? '' : `:${port}`}${path}`);
    await fc.assert(
      fc.asyncProperty(spelling, async (host) => {
        expect(urlOfProvider(host)).toBe(await urlOfClient(host));
      }),
    );
  });
});
