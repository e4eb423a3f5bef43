import type { IncomingMessage } from 'node:http';
import { checkKnownOptions, createEnvironmentProxy, createProxy, isProxy, proxyOptionNames } from '@ai-proxy/core';
import type { Handler, Proxy, ProxyOptions } from '@ai-proxy/core';
import { namedByEnvironment } from './from-environment.ts';
import { mountOptionNames, toMountSettings } from './mount-options.ts';
import type { MountOptions } from './mount-options.ts';
import { lazyProxyEngine } from './proxy-engine.ts';
import { createServing } from './serve.ts';
import type { Serve } from './serve.ts';
import { createUpgradeHandler } from './upgrade.ts';
import type { UpgradeHandler } from './upgrade.ts';

/** The options of a proxy together with those of its mount. `Context` is the framework's own request. */
export interface AiProxyOptions<Context = IncomingMessage> extends ProxyOptions, MountOptions<Context> {}

/** A proxy on Node's requests and responses, for bindings of frameworks to dress. */
export interface BoundProxy<Context> {
  readonly proxy: Proxy;
  readonly serve: Serve<Context>;
  readonly upgrade: UpgradeHandler;
}

/**
 * What every binding's `aiProxy` is made of: options, a proxy, or nothing at all for what the environment names. Frameworks that keep a request of their
 * own give it to `serve` with each of Node's.
 */
export function bindProxy<Context = IncomingMessage>(
  given?: AiProxyOptions<Context> | Proxy,
  mountOptions: MountOptions<Context> = {},
): BoundProxy<Context> {
  if (given === undefined) return bind(createEnvironmentProxy(namedByEnvironment), mountOptions);
  if (isProxy(given)) return bind(given, mountOptions);
  checkKnownOptions('aiProxy', given, [...proxyOptionNames, ...mountOptionNames]);
  const { prefix, caller, upgradeCaller, writing, ...options } = given;
  return bind(createProxy(options), { prefix, caller, upgradeCaller, writing });
}

/** What every binding's `mount` is made of: any handler, served as a proxy is. */
export function bindHandler<Context = IncomingMessage>(handler: Handler, options: MountOptions<Context> = {}): Serve<Context> {
  return createServing(lazyProxyEngine(), handler, toMountSettings(options));
}

function bind<Context>(proxy: Proxy, options: MountOptions<Context>): BoundProxy<Context> {
  const settings = toMountSettings(options, proxy.writing);
  const engine = lazyProxyEngine();
  return {
    proxy,
    serve: createServing(engine, proxy.handle, settings),
    upgrade: createUpgradeHandler(engine, (request) => proxy.upgrade(request), settings),
  };
}
