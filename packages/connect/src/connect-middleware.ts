import { createProxy, isProxy } from '@ai-proxy/core';
import type { Proxy, ProxyOptions } from '@ai-proxy/core';
import { createEnvironmentProxy } from './from-environment.ts';
import { toMountSettings } from './mount-options.ts';
import type { MountOptions } from './mount-options.ts';
import { mountOn } from './mount.ts';
import type { ConnectMiddleware } from './mount.ts';
import { lazyProxyEngine } from './proxy-engine.ts';
import { createUpgradeHandler } from './upgrade.ts';
import type { UpgradeHandler } from './upgrade.ts';

/** The options of a proxy together with those of its mount. */
export interface AiProxyOptions extends ProxyOptions, MountOptions {}

/** The proxy as middleware. */
export interface AiProxy extends ConnectMiddleware {
  /** The proxy itself: to mount it a second time, to call it without HTTP, to close it. */
  readonly proxy: Proxy;
  /** Answers WebSockets, which no framework routes: `server.on('upgrade', ai.upgrade)`. Nothing is upgraded unless this is done. */
  readonly upgrade: UpgradeHandler;
}

/**
 * The AI gateway as middleware for connect, Express and `node:http`: `app.use('/ai', aiProxy({ providers: [mistral()] }))`. Without options it serves the
 * providers that the environment names; given a proxy, it mounts that one.
 */
export function aiProxy(options?: AiProxyOptions): AiProxy;
export function aiProxy(proxy: Proxy, options?: MountOptions): AiProxy;
export function aiProxy(given?: AiProxyOptions | Proxy, mountOptions: MountOptions = {}): AiProxy {
  if (given === undefined) return bind(createEnvironmentProxy(), mountOptions);
  if (isProxy(given)) return bind(given, mountOptions);
  const { prefix, writing, ...options } = given;
  return bind(createProxy(options), { prefix, writing });
}

function bind(proxy: Proxy, options: MountOptions): AiProxy {
  const settings = toMountSettings(options, proxy.writing);
  const engine = lazyProxyEngine();
  return Object.assign(mountOn(engine, proxy.handle, settings), {
    proxy,
    upgrade: createUpgradeHandler(engine, (request) => proxy.upgrade(request), settings),
  });
}
