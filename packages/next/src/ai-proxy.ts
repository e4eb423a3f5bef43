import { checkKnownOptions, createEnvironmentProxy, createProxy, isProxy, proxyOptionNames } from '@ai-proxy/core';
import type { Proxy, ProxyOptions } from '@ai-proxy/core';
import { mistralFromEnvironment } from '@ai-proxy/mistral';
import { ollamaFromEnvironment } from '@ai-proxy/ollama';
import { mountOptionNames, toMountSettings } from './mount-options.ts';
import type { MountOptions } from './mount-options.ts';
import { toRouteHandlers } from './route-handlers.ts';
import type { RouteHandlers } from './route-handlers.ts';

/** The options of a proxy together with those of its mount. */
export interface AiProxyOptions extends ProxyOptions, MountOptions {}

/** The proxy as route handlers. */
export interface AiProxy extends RouteHandlers {
  /** The proxy itself: to mount it a second time, to call it without HTTP, to close it. */
  readonly proxy: Proxy;
}

// Options are taken by the last signature: where none fits, compilers explain the last, and options are what is mistyped.

/**
 * The AI gateway as route handlers for `app/ai/[...path]/route.ts`:
 * `export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = aiProxy({ providers: [mistral()] })`. Without options it serves the providers that the
 * environment names; given a proxy, it mounts that one.
 */
export function aiProxy(proxy: Proxy, options?: MountOptions): AiProxy;
export function aiProxy(options?: AiProxyOptions): AiProxy;
export function aiProxy(given?: AiProxyOptions | Proxy, mountOptions: MountOptions = {}): AiProxy {
  if (given === undefined) return bind(createEnvironmentProxy([mistralFromEnvironment, ollamaFromEnvironment]), mountOptions);
  if (isProxy(given)) return bind(given, mountOptions);
  checkKnownOptions('aiProxy', given, [...proxyOptionNames, ...mountOptionNames]);
  const { prefix, caller, writing, ...options } = given;
  return bind(createProxy(options), { prefix, caller, writing });
}

function bind(proxy: Proxy, options: MountOptions): AiProxy {
  return { ...toRouteHandlers(proxy.fetch, toMountSettings(options, proxy.writing)), proxy };
}
