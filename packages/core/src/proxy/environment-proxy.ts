import { ProxyError } from '../errors/proxy-error.ts';
import type { CallerFace } from '../faces/face.ts';
import { environmentVariable } from '../provider/environment-variable.ts';
import type { Provider } from '../provider/provider.ts';
import { definePolicy } from '../stages/policy.ts';
import { createProxy } from './create-proxy.ts';
import type { Proxy, Writing } from './proxy.ts';

/** A provider that the environment can name, and what belongs to it. */
export interface ProviderFromEnvironment {
  /** Variables any of which names it; the first is the one that is recommended. */
  readonly variables: readonly [string, ...string[]];
  readonly create: () => Provider;
  /** Dialects that the environment switches on, whichever providers it names. */
  readonly faces?: () => readonly CallerFace[];
}

/** What the environment names, of everything that it can name. */
export interface NamedByEnvironment {
  readonly providers: readonly Provider[];
  readonly faces: readonly CallerFace[];
}

/** Looks up what the environment names at this moment. */
export function readEnvironment(known: readonly ProviderFromEnvironment[]): NamedByEnvironment {
  const named = known.filter(({ variables }) => variables.some((name) => environmentVariable(name) !== undefined));
  return { providers: named.map(({ create }) => create()), faces: known.flatMap(({ faces }) => faces?.() ?? []) };
}

/**
 * A proxy of whatever the environment names, read at the first call: importing and mounting need no secret. As long as nothing is named, every
 * path of the proxy answers with `not_configured`, and every other path is still the application's.
 */
export function createEnvironmentProxy(known: readonly [ProviderFromEnvironment, ...ProviderFromEnvironment[]]): Proxy {
  let configured: Proxy | undefined;
  let empty: Proxy | undefined;

  function proxy(): Proxy {
    if (configured !== undefined) return configured;
    const { providers, faces } = readEnvironment(known);
    if (providers.length > 0) {
      configured = createProxy({ providers, faces });
      return configured;
    }
    empty ??= createProxy({ providers: [known[0].create()], faces, policies: [refuseAll] });
    return empty;
  }

  const notConfigured = (): ProxyError =>
    new ProxyError(
      `The proxy was mounted without options, and the environment names no provider. Set ${known.map(({ variables }) => variables[0]).join(' or ')}, ` +
        'or give options: aiProxy({ providers: [mistral()] }).',
      { status: 500, code: 'not_configured' },
    );
  const refuseAll = definePolicy({ name: 'not-configured', stage: 'identify', handle: () => Promise.reject(notConfigured()) });

  return {
    handle: (request) => proxy().handle(request),
    fetch: (input, init) => proxy().fetch(input, init),
    upgrade: (request) => proxy().upgrade(request),
    async ready() {
      const current = proxy();
      if (current === empty) throw notConfigured();
      await current.ready();
    },
    close: (options) => proxy().close(options),
    writing: defaultWriting,
  };
}

/** What a proxy has that was told nothing; asking one for it would read the environment too early. */
const defaultWriting: Writing = { timeout: 60_000, keepAlive: 15_000 };
