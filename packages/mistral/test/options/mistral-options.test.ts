import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { fromCaller } from '@ai-proxy/core';
import type { Provider } from '@ai-proxy/core';
import { mistral } from '../../src/index.ts';
import type { MistralOptions } from '../../src/index.ts';

const baseURLOf = ({ baseURL }: Provider): string => (typeof baseURL === 'function' ? baseURL('chat') : baseURL);
const keyOf = ({ apiKey }: Provider): unknown => (typeof apiKey === 'function' ? apiKey() : apiKey);

beforeEach(() => {
  vi.stubEnv('MISTRAL_API_KEY', undefined);
  vi.stubEnv('MISTRAL_API_BASE', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('mistral()', () => {
  it('is Mistral in the cloud by default', () => {
    const provider = mistral();
    expect([provider.name, provider.system, baseURLOf(provider)]).toEqual(['mistral', 'mistral_ai', 'https://api.mistral.ai']);
    expect(Object.keys(provider.operations).toSorted()).toEqual(['chat', 'completions', 'embeddings', 'fim', 'moderations']);
  });

  it('reads the key when it is used, not when it is made', () => {
    const provider = mistral();
    vi.stubEnv('MISTRAL_API_KEY', ' late ');
    expect(keyOf(provider)).toBe('late');
  });

  it.each([[{}], [{ apiKey: undefined }], [{ apiKey: '' }]])('says what to set where there is no key: %j', (options) => {
    expect(() => keyOf(mistral(options))).toThrow(
      expect.objectContaining({ status: 500, code: 'not_configured', message: expect.stringContaining('MISTRAL_API_KEY') as unknown }),
    );
  });

  it('takes a key, a function or the key of the caller', () => {
    vi.stubEnv('MISTRAL_API_KEY', 'environment');
    expect([keyOf(mistral({ apiKey: 'k' })), keyOf(mistral({ apiKey: () => 'f' })), keyOf(mistral({ apiKey: fromCaller }))]).toEqual([
      'k',
      'f',
      fromCaller,
    ]);
  });

  it.each([
    ['https://proxy.example/mistral/v1/', 'https://proxy.example/mistral'],
    ['https://proxy.example/mistral//', 'https://proxy.example/mistral'],
    ['https://api.eu.mistral.ai', 'https://api.eu.mistral.ai'],
    ['http://127.0.0.1:9000/v1', 'http://127.0.0.1:9000'],
    ['https://a.example/v1/x', 'https://a.example/v1/x'],
  ])('reads %s as %s, from the option and from the environment', (given, expected) => {
    expect(baseURLOf(mistral({ baseURL: given }))).toBe(expected);
    const provider = mistral();
    vi.stubEnv('MISTRAL_API_BASE', given);
    expect(baseURLOf(provider)).toBe(expected);
  });

  it('says at use that the base of the environment is no URL', () => {
    vi.stubEnv('MISTRAL_API_BASE', 'nonsense');
    expect(() => baseURLOf(mistral())).toThrow(
      expect.objectContaining({ status: 500, code: 'not_configured', message: expect.stringContaining('MISTRAL_API_BASE') as unknown }),
    );
  });

  const refused: readonly (readonly [options: object, message: string])[] = [
    [{ apikey: 'k' }, 'did you mean `apiKey`?'],
    [{ baseUrl: 'https://a' }, 'did you mean `baseURL`?'],
    [{ repair: { dropEmptyAssistantMessage: true } }, 'did you mean `dropEmptyAssistantMessages`?'],
    [{ repair: 'some' }, '`repair` must be'],
    [{ repair: { prefixTrailingAssistant: 'yes' } }, '`prefixTrailingAssistant` must be one of true, false'],
    [{ open: ['admins'] }, 'did you mean `admin`?'],
    [{ open: 'admin' }, '`open` must be a list'],
    [{ thinkingInHistory: 'maybe' }, 'must be one of "send", "drop"'],
    [{ completionsAsChat: 1 }, 'must be one of true, false'],
    [{ baseURL: 'api.mistral.ai' }, 'must be an absolute URL'],
    [{ baseURL: 'ftp://a' }, 'must begin with'],
    [{ baseURL: 'https://u:p@a' }, 'must not hold a user or password'],
    [{ baseURL: 'https://a?x=1' }, 'must not have a query'],
    [{ name: 'a/b' }, '`name` must be'],
    [{ name: '' }, '`name` must be'],
    [{ name: '..' }, '`name` must be'],
    ...['v1', 'compat', 'api', 'models', 'chat', 'completions', 'embeddings', 'fim', 'moderations', 'health', 'prompts', 'Models'].map(
      (name): readonly [object, string] => [{ name }, 'is a path of the proxy itself'],
    ),
  ];
  it.each(refused)('refuses %j', (options, message) => {
    expect(() => mistral(options as unknown as MistralOptions)).toThrow(TypeError);
    expect(() => mistral(options as unknown as MistralOptions)).toThrow(message);
  });
});
