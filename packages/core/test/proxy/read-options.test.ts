import { describe, expect, it } from 'vitest';
import { createProxy, fallback } from '../../src/index.ts';
import type { Provider, ProxyOptions } from '../../src/index.ts';
import { readOptions } from '../../src/proxy/read-options.ts';
import { testProvider } from '../fixtures/test-provider.ts';

const provider = testProvider('http://127.0.0.1:1');
const named = (name: string): Provider => ({ ...provider, name });

function complaintOf(options: unknown): string {
  try {
    createProxy(options as ProxyOptions);
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
  return 'none';
}

describe('the options of a proxy', () => {
  it.each<[string, unknown, string]>([
    ['no options', undefined, 'the options'],
    ['a string', 'x', 'the options'],
    ['no providers', {}, 'providers'],
    ['an empty list of providers', { providers: [] }, 'No provider is configured'],
    ['a provider that was not called', { providers: [testProvider] }, 'providers.0: expected a provider: call it'],
    ['a provider that is a name', { providers: [provider, 'mistral'] }, 'providers.1: expected a provider'],
    ['a misspelt option', { alias: {} }, 'there is no option "alias"; did you mean "aliases"?'],
    ['a misspelt option', { timeout: {} }, 'there is no option "timeout"; did you mean "timeouts"?'],
    ['a misspelt option', { breakers: false }, 'there is no option "breakers"; did you mean "breaker"?'],
    ['an option of nowhere', { frobnicate: 1 }, 'there is no option "frobnicate"'],
    ['a misspelt limit', { limits: { bodi: 1 } }, 'there is no option "limits.bodi"; did you mean "body"?'],
    ['a misspelt clock', { timeouts: { firstbyte: 1 } }, 'there is no option "timeouts.firstbyte"; did you mean "firstByte"?'],
    ['a misspelt retry', { retry: { attempt: 1 } }, 'there is no option "retry.attempt"; did you mean "attempts"?'],
    ['a misspelt breaker', { breaker: { failure: 1 } }, 'there is no option "breaker.failure"; did you mean "failures"?'],
    ['misspelt cors', { cors: { origin: '*', origins: '*' } }, 'there is no option "cors.origin"; did you mean "origins"?'],
    ['a negative limit', { limits: { body: -1 } }, 'limits.body'],
    ['a limit that is no number', { limits: { body: '10mb' } }, 'limits.body'],
    ['a limit of NaN', { limits: { body: Number.NaN } }, 'limits.body'],
    ['a limit without bound', { limits: { body: Infinity } }, 'limits.body'],
    ['no depth at all', { limits: { depth: 0 } }, 'limits.depth'],
    ['too little to hold', { limits: { held: 1 } }, 'limits.held'],
    ['a negative clock', { timeouts: { idle: -1 } }, 'timeouts.idle'],
    ['a clock that overflows timers', { timeouts: { total: 2 ** 31 } }, 'timeouts.total'],
    ['a clock as text', { timeouts: { connect: '10s' } }, 'timeouts.connect'],
    ['retry as a number', { retry: 3 }, 'retry'],
    ['retry as true', { retry: true }, 'retry'],
    ['half an attempt', { retry: { attempts: 0.5 } }, 'retry.attempts'],
    ['a breaker that opens by itself', { breaker: { failures: 0 } }, 'breaker.failures'],
    ['cors as true', { cors: true }, 'cors'],
    ['an origin without scheme', { cors: { origins: ['app.example.com'] } }, 'cors.origins'],
    ['an origin with a slash', { cors: { origins: ['https://app.example.com/'] } }, 'nothing behind the host'],
    ['an origin with a path', { cors: { origins: ['https://app.example.com/x'] } }, 'cors.origins'],
    ['the origin null', { cors: { origins: ['null'] } }, 'cors.origins'],
    ['remote files as true', { remoteFiles: true }, 'remoteFiles'],
    ['misspelt remote files', { remoteFiles: { host: [] } }, 'there is no option "remoteFiles.host"; did you mean "hosts"?'],
    ['remote files without a clock', { remoteFiles: { timeout: 0 } }, 'remoteFiles.timeout'],
    ['remote files of no size', { remoteFiles: { maxBytes: 0 } }, 'remoteFiles.maxBytes'],
    ['a host with a scheme', { remoteFiles: { hosts: ['https://a.example'] } }, 'with neither scheme nor path'],
    ['a host with a path', { remoteFiles: { trustedHosts: ['a.example/'] } }, 'remoteFiles.trustedHosts.0'],
    ['a host with a wildcard', { remoteFiles: { hosts: ['*.a.example'] } }, 'remoteFiles.hosts.0'],
    ['an alias to nothing', { aliases: { fast: '' } }, 'aliases.fast'],
    ['an alias to a number', { aliases: { fast: 1 } }, 'aliases.fast'],
    ['an empty fallback', { aliases: { fast: { fallback: [] } } }, 'aliases.fast'],
    ['a misspelt strategy', { aliases: { fast: { fallbacks: ['a'] } } }, 'aliases.fast'],
    ['an alias to itself', { aliases: { a: 'a' } }, 'The aliases lead in a circle: a -> a.'],
    ['aliases in a circle', { aliases: { a: fallback('x/y', 'b'), b: { fallback: [fallback('c')] }, c: 'a' } }, 'a -> b -> c -> a'],
    ['a policy that is a function', { policies: [() => {}] }, 'policies.0: expected a policy'],
    ['a policy without handle', { policies: [{ name: 'x' }] }, 'policies.0: expected a policy'],
    ['strict as text', { strict: 'yes' }, 'strict'],
    ['a log with one function', { log: { warn() {} } }, 'log: expected a log'],
    ['a log that is a function', { log: () => {} }, 'log: expected a log'],
    ['onReceipt that is no function', { onReceipt: 'x' }, 'onReceipt: expected a function'],
    ['a transport that cannot send', { transport: {} }, 'transport: expected a transport'],
  ])('are refused with %s', (_what, options, expected) => {
    const given = typeof options === 'object' && !('providers' in (options ?? {})) && Object.keys(options ?? {}).length > 0;
    expect(complaintOf(given ? { providers: [provider], ...options } : options)).toContain(expected);
  });

  it('name all mistakes at once', () => {
    const complaint = complaintOf({ providers: [provider], alias: {}, limits: { body: -1, dept: 1 } });
    for (const part of ['"alias"', 'limits.body', '"limits.dept"']) expect(complaint).toContain(part);
  });

  it.each(['v1', 'compat', 'chat', 'completions', 'embeddings', 'models', 'fim', 'moderations'])(
    'refuse a provider named like a path of the proxy: %s',
    (name) => {
      expect(complaintOf({ providers: [named(name)] })).toContain(`\`${name}\`, which is a path of the proxy itself`);
    },
  );

  it.each(['', 'a/b', 'a b', '-a', '..', 'ä', 'a?b', 'a%2f', 'a\n'])('refuse a provider named %j', (name) => {
    expect(complaintOf({ providers: [named(name)] })).not.toBe('none');
  });

  it.each(['mistral', 'local-2', 'a', 'Team_A.x'])('take a provider named %s', (name) => {
    expect(complaintOf({ providers: [named(name)] })).toBe('none');
  });

  it('refuse two providers of one name, and say what to do', () => {
    expect(complaintOf({ providers: [provider, provider] })).toBe(
      'Two providers are named "test". Give one another name, as in mistral({ name: \'codestral\' }).',
    );
  });

  it('have defaults for all but the providers', () => {
    expect(readOptions({ providers: [provider] })).toEqual({
      providers: [provider],
      aliases: {},
      faces: [],
      policies: [],
      receipts: [],
      costInBody: false,
      strict: false,
      limits: { body: 10_485_760, depth: 128, answer: 67_108_864, event: 16_777_216, held: 262_144 },
      timeouts: { connect: 10_000, firstByte: 300_000, idle: 120_000, total: 0, write: 60_000, headers: 10_000, keepAlive: 15_000 },
      retry: { attempts: 2, delay: 500, maxDelay: 10_000 },
      breaker: { failures: 10, resetAfter: 10_000 },
      cors: false,
      remoteFiles: false,
    });
  });

  it('keep what is given beside the defaults', () => {
    const settings = readOptions({
      providers: [provider],
      limits: { body: 5 },
      timeouts: { idle: 0 },
      retry: { delay: 1 },
      breaker: false,
    });
    expect(settings.limits).toEqual({ body: 5, depth: 128, answer: 67_108_864, event: 16_777_216, held: 262_144 });
    expect(settings.timeouts.idle).toBe(0);
    expect(settings.retry).toEqual({ attempts: 2, delay: 1, maxDelay: 10_000 });
    expect(settings.breaker).toBe(false);
    expect(readOptions({ providers: [provider], retry: false }).retry.attempts).toBe(0);
    expect(settings.providers[0]).toBe(provider);
    expect(readOptions({ providers: [provider], remoteFiles: { maxFiles: 1 } }).remoteFiles).toEqual({
      trustedHosts: [],
      maxBytes: 10_485_760,
      maxTotalBytes: 20_971_520,
      maxFiles: 1,
      maxRedirects: 3,
      timeout: 10_000,
    });
  });

  it('take the console as a log', () => {
    expect(complaintOf({ providers: [provider], log: console })).toBe('none');
  });

  it('are all that construction touches', () => {
    const before = process.getActiveResourcesInfo();
    const touched: string[] = [];
    const reluctant: Provider = {
      ...provider,
      baseURL: () => {
        touched.push('baseURL');
        return 'http://127.0.0.1:1';
      },
      apiKey: () => {
        touched.push('apiKey');
        return 'key';
      },
    };
    createProxy({ providers: [reluctant] });
    expect(touched).toEqual([]);
    expect(process.getActiveResourcesInfo()).toEqual(before);
  });
});
