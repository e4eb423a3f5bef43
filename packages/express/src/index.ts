import { aiProxy as connectAiProxy, mount as connectMount } from '@ai-proxy/connect';
import type { AiProxy, AiProxyOptions, Handler, MountOptions, Proxy } from '@ai-proxy/connect';
import type { RequestHandler } from 'express';

export type { AiProxyOptions, MountOptions } from '@ai-proxy/connect';

/** The proxy as Express middleware, with the proxy itself and its answer to WebSocket upgrades. */
export type ExpressAiProxy = RequestHandler & Pick<AiProxy, 'proxy' | 'upgrade'>;

/** The AI gateway as Express middleware: `app.use('/ai', aiProxy({ providers: [mistral()] }))`. By default it serves the providers that the environment names. */
export const aiProxy: {
  (options?: AiProxyOptions): ExpressAiProxy;
  (proxy: Proxy, options?: MountOptions): ExpressAiProxy;
} = connectAiProxy;

/** Mounts any other handler in the same way: key administration, a metrics page. */
export const mount: (handler: Handler, options?: MountOptions) => RequestHandler = connectMount;
