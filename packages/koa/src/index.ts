import { bindHandler, bindProxy } from '@ai-proxy/connect';
import type {
  AiProxyOptions as ConnectAiProxyOptions,
  BoundProxy,
  Handler,
  MountOptions as ConnectMountOptions,
  Proxy,
} from '@ai-proxy/connect';
import type { Context, Middleware } from 'koa';
import { toKoaMiddleware } from './koa-middleware.ts';

/** The options of a proxy together with those of its mount; `caller` is given Koa's context. */
export type AiProxyOptions = ConnectAiProxyOptions<Context>;

/** How a handler is mounted; `caller` is given Koa's context. */
export type MountOptions = ConnectMountOptions<Context>;

/** The proxy as Koa's middleware, with the proxy itself and its answer to WebSocket upgrades. */
export type KoaAiProxy = Middleware & Pick<BoundProxy<Context>, 'proxy' | 'upgrade'>;

// Options are taken by the last signature: where none fits, compilers explain the last, and options are what is mistyped.

/**
 * The AI gateway as Koa's middleware: `app.use(aiProxy({ prefix: '/ai', providers: [mistral()] }))`. Without options it serves the providers that the
 * environment names; given a proxy, it mounts that one.
 */
export function aiProxy(proxy: Proxy, options?: MountOptions): KoaAiProxy;
export function aiProxy(options?: AiProxyOptions): KoaAiProxy;
export function aiProxy(given?: AiProxyOptions | Proxy, mountOptions?: MountOptions): KoaAiProxy {
  const { proxy, serve, upgrade } = bindProxy<Context>(given, mountOptions);
  return Object.assign(toKoaMiddleware(serve), { proxy, upgrade });
}

/** Mounts any other handler in the same way: key administration, a metrics page. */
export function mount(handler: Handler, options?: MountOptions): Middleware {
  return toKoaMiddleware(bindHandler(handler, options));
}
