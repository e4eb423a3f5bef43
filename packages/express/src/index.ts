import { aiProxy as connectAiProxy, mount as connectMount } from '@ai-proxy/connect';
import type {
  AiProxy,
  AiProxyOptions as ConnectAiProxyOptions,
  Handler,
  MountOptions as ConnectMountOptions,
  Proxy,
} from '@ai-proxy/connect';
import type { Request, RequestHandler } from 'express';

/** The options of a proxy together with those of its mount; `caller` is given Express' request. */
export type AiProxyOptions = ConnectAiProxyOptions<Request>;

/** How a handler is mounted; `caller` is given Express' request. */
export type MountOptions = ConnectMountOptions<Request>;

/** The proxy as Express middleware, with the proxy itself and its answer to WebSocket upgrades. */
export type ExpressAiProxy = RequestHandler & Pick<AiProxy, 'proxy' | 'upgrade'>;

/** The AI gateway as Express middleware: `app.use('/ai', aiProxy({ providers: [mistral()] }))`. By default it serves the providers that the environment names. */
export const aiProxy: {
  // Options are taken by the last signature: where none fits, compilers explain the last, and options are what is mistyped.
  (proxy: Proxy, options?: MountOptions): ExpressAiProxy;
  (options?: AiProxyOptions): ExpressAiProxy;
} = connectAiProxy;

/** Mounts any other handler in the same way: key administration, a metrics page. */
export const mount: (handler: Handler, options?: MountOptions) => RequestHandler = connectMount;
