import type { Proxy } from '@ai-proxy/core';
import { bindProxy } from './bind-proxy.ts';
import type { AiProxyOptions } from './bind-proxy.ts';
import type { MountOptions } from './mount-options.ts';
import { toMiddleware } from './mount.ts';
import type { ConnectMiddleware } from './mount.ts';
import type { NodeRequest } from './node-http.ts';
import type { UpgradeHandler } from './upgrade.ts';

/** The proxy as middleware. */
export interface AiProxy<Request = NodeRequest> extends ConnectMiddleware<Request> {
  /** The proxy itself: to mount it a second time, to call it without HTTP, to close it. */
  readonly proxy: Proxy;
  /** Answers WebSockets, which no framework routes: `server.on('upgrade', ai.upgrade)`. Nothing is upgraded unless this is done. */
  readonly upgrade: UpgradeHandler;
}

// Options are taken by the last signature: where none fits, compilers explain the last, and options are what is mistyped.

/**
 * The AI gateway as middleware for connect, Express and `node:http`: `app.use('/ai', aiProxy({ providers: [mistral()] }))`. Without options it serves the
 * providers that the environment names; given a proxy, it mounts that one.
 */
export function aiProxy<Request extends NodeRequest = NodeRequest>(proxy: Proxy, options?: MountOptions<Request>): AiProxy<Request>;
export function aiProxy<Request extends NodeRequest = NodeRequest>(options?: AiProxyOptions<Request>): AiProxy<Request>;
export function aiProxy<Request extends NodeRequest = NodeRequest>(
  given?: AiProxyOptions<Request> | Proxy,
  mountOptions?: MountOptions<Request>,
): AiProxy<Request> {
  const { proxy, serve, upgrade } = bindProxy<Request>(given, mountOptions);
  return Object.assign(toMiddleware(serve), { proxy, upgrade });
}
