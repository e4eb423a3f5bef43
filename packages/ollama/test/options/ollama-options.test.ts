import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { fromCaller } from '@ai-proxy/core';
import type { Provider } from '@ai-proxy/core';
import { ollama } from '../../src/index.ts';
import type { OllamaOptions } from '../../src/index.ts';

const baseURLOf = ({ baseURL }: Provider): string => (typeof baseURL === 'function' ? baseURL('chat') : baseURL);
const keyOf = ({ apiKey }: Provider): unknown => (typeof apiKey === 'function' ? apiKey() : apiKey);

beforeEach(() => {
  vi.stubEnv('OLLAMA_HOST', undefined);
  vi.stubEnv('OLLAMA_API_KEY', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('ollama()', () => {
  it('is the server on this machine by default', () => {
    const provider = ollama();
    expect([provider.name, provider.system, baseURLOf(provider)]).toEqual(['ollama', 'ollama', 'http://127.0.0.1:11434']);
    expect(Object.keys(provider.operations).toSorted()).toEqual(['chat', 'completions', 'embeddings', 'fim']);
  });

  it('reads OLLAMA_HOST when it is used, not when it is made', () => {
    const provider = ollama();
    vi.stubEnv('OLLAMA_HOST', 'gpu:1');
    expect(baseURLOf(provider)).toBe('http://gpu:1');
  });

  it('prefers its option to OLLAMA_HOST', () => {
    vi.stubEnv('OLLAMA_HOST', 'gpu:1');
    expect(baseURLOf(ollama({ baseURL: 'http://other:2' }))).toBe('http://other:2');
  });

  const hosts: readonly (readonly [given: string, expected: string])[] = [
    ['', 'http://127.0.0.1:11434'],
    ['  ', 'http://127.0.0.1:11434'],
    ['1.2.3.4', 'http://1.2.3.4:11434'],
    [':1234', 'http://127.0.0.1:1234'],
    [':11434', 'http://127.0.0.1:11434'],
    ['1.2.3.4:1234', 'http://1.2.3.4:1234'],
    ['1.2.3.4:', 'http://1.2.3.4:11434'],
    ['example.com', 'http://example.com:11434'],
    ['example.com:1234', 'http://example.com:1234'],
    ['example.com/', 'http://example.com:11434'],
    ['example.com:66000', 'http://example.com:11434'],
    ['example.com:-1', 'http://example.com:11434'],
    ['example.com:x', 'http://example.com:11434'],
    ['0.0.0.0', 'http://127.0.0.1:11434'],
    ['0.0.0.0:8080', 'http://127.0.0.1:8080'],
    ['http://0.0.0.0:8080', 'http://127.0.0.1:8080'],
    ['[::1]', 'http://[::1]:11434'],
    ['[::]', 'http://[::1]:11434'],
    ['::', 'http://[::1]:11434'],
    ['::1', 'http://[::1]:11434'],
    ['[::1]:1337', 'http://[::1]:1337'],
    ['fd00::7', 'http://[fd00::7]:11434'],
    ['https://[fd00::7]', 'https://[fd00::7]'],
    [' 1.2.3.4 ', 'http://1.2.3.4:11434'],
    ['"1.2.3.4"', 'http://1.2.3.4:11434'],
    [' " 1.2.3.4 " ', 'http://1.2.3.4:11434'],
    ["'1.2.3.4'", 'http://1.2.3.4:11434'],
    ['http://1.2.3.4', 'http://1.2.3.4'],
    ['http://1.2.3.4:80', 'http://1.2.3.4'],
    ['http://1.2.3.4:4321', 'http://1.2.3.4:4321'],
    ['https://1.2.3.4', 'https://1.2.3.4'],
    ['https://1.2.3.4:4321', 'https://1.2.3.4:4321'],
    ['HTTPS://Example.com/', 'https://example.com'],
    ['https://example.com/ollama', 'https://example.com/ollama'],
    ['example.com/ollama/', 'http://example.com:11434/ollama'],
    ['example.com:56789/ollama', 'http://example.com:56789/ollama'],
    ['http://', 'http://127.0.0.1'],
    ['ollama.com', 'https://ollama.com'],
  ];
  it.each(hosts)('reads OLLAMA_HOST=%j as %s', (given, expected) => {
    vi.stubEnv('OLLAMA_HOST', given);
    expect(baseURLOf(ollama())).toBe(expected);
  });

  it.each(['ftp://a', 'unix:///var/run/ollama.sock', 'http://user:secret@a', 'a b', 'a?b', 'a#b', '[::1', '1:2:3'])(
    'says at use that OLLAMA_HOST=%j is no address, and does not repeat it',
    (given) => {
      vi.stubEnv('OLLAMA_HOST', given);
      expect(() => baseURLOf(ollama())).toThrow(
        expect.objectContaining({ status: 500, code: 'not_configured', message: expect.not.stringContaining('secret') as unknown }),
      );
    },
  );

  it('keeps host, port and path of any plain address', () => {
    const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/);
    const path = fc.array(fc.stringMatching(/^[a-z0-9]{1,5}$/), { maxLength: 3 });
    fc.assert(
      fc.property(
        label,
        fc.integer({ min: 1, max: 65_535 }).filter((port) => port !== 80 && port !== 443),
        path,
        (host, port, segments) => {
          const address = [`${host}:${port}`, ...segments].join('/');
          for (const scheme of ['', 'http://', 'https://']) {
            vi.stubEnv('OLLAMA_HOST', scheme + address);
            expect(baseURLOf(ollama())).toBe((scheme === '' ? 'http://' : scheme) + address);
          }
        },
      ),
    );
  });

  it.each([
    ['http://gpu:11434/', 'http://gpu:11434'],
    ['http://gpu:11434/api', 'http://gpu:11434'],
    ['http://gpu:11434/v1/', 'http://gpu:11434'],
    ['https://a.example/ollama//', 'https://a.example/ollama'],
    ['https://a.example/api/x', 'https://a.example/api/x'],
  ])('reads the base URL %s as %s', (given, expected) => {
    expect(baseURLOf(ollama({ baseURL: given }))).toBe(expected);
  });

  it('shows no key where there is none', () => {
    expect(keyOf(ollama())).toBe('');
    expect(ollama().authorize?.('')).toEqual({});
    expect(ollama({ apiKey: '' }).authorize?.('')).toEqual({});
  });

  it('takes a key, a function or the key of the caller, for any server', () => {
    vi.stubEnv('OLLAMA_API_KEY', 'environment');
    expect([keyOf(ollama({ apiKey: 'k' })), keyOf(ollama({ apiKey: () => 'f' })), keyOf(ollama({ apiKey: fromCaller }))]).toEqual([
      'k',
      'f',
      fromCaller,
    ]);
    expect(ollama().authorize?.('k')).toEqual({ authorization: 'Bearer k' });
  });

  it.each([
    ['https://ollama.com', 'environment'],
    ['https://api.ollama.com', 'environment'],
    ['http://ollama.com', ''],
    ['https://ollama.com.evil.example', ''],
    ['https://notollama.com', ''],
    ['http://127.0.0.1:11434', ''],
  ])('gives %s the key of the environment: %j', (baseURL, expected) => {
    const provider = ollama({ baseURL });
    vi.stubEnv('OLLAMA_API_KEY', ' environment ');
    expect(keyOf(provider)).toBe(expected);
  });

  it('hands on headers', () => {
    expect(ollama({ headers: { 'x-a': 'b' } }).headers).toEqual({ 'x-a': 'b' });
  });

  it.each([['10m'], ['1h30m'], ['-1'], ['-1m'], [0], [-1], [300], ['1.5h'], [undefined]])('takes keepAlive %j', (keepAlive) => {
    expect(ollama({ keepAlive }).name).toBe('ollama');
  });

  const refused: readonly (readonly [options: object, message: string])[] = [
    [{ apikey: 'k' }, 'did you mean `apiKey`?'],
    [{ baseUrl: 'https://a' }, 'did you mean `baseURL`?'],
    [{ keepalive: 1 }, 'did you mean `keepAlive`?'],
    [{ open: ['models-management'] }, 'did you mean `model-management`?'],
    [{ open: 'model-management' }, '`open` must be a list'],
    [{ openaiDefaults: 1 }, 'must be one of true, false'],
    [{ reasoningFields: 'none' }, 'must be one of "both", "reasoning_content", "reasoning"'],
    [{ keepAlive: 'soon' }, '`keepAlive` must be'],
    [{ keepAlive: true }, '`keepAlive` must be'],
    [{ keepAlive: Number.NaN }, '`keepAlive` must be'],
    [{ baseURL: 'gpu:11434' }, 'must begin with'],
    [{ baseURL: 'gpu' }, 'must be an absolute URL'],
    [{ baseURL: 'ftp://a' }, 'must begin with'],
    [{ baseURL: 'https://u:p@a' }, 'must not hold a user or password'],
    [{ baseURL: 'https://a?x=1' }, 'must not have a query'],
    [{ name: 'a/b' }, '`name` must be'],
    [{ name: 'api' }, 'is a path of the proxy itself'],
    [{ name: 'v1' }, 'is a path of the proxy itself'],
  ];
  it.each(refused)('refuses %j', (options, message) => {
    expect(() => ollama(options as unknown as OllamaOptions)).toThrow(TypeError);
    expect(() => ollama(options as unknown as OllamaOptions)).toThrow(message);
  });
});
