import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { aiProxy } from '@ai-proxy/connect';
import { mistral } from '@ai-proxy/mistral';
import type { MistralOptions } from '@ai-proxy/mistral';

/** No framework at all: the proxy is the server, WebSockets included. */
export function createGateway(options?: MistralOptions): Server {
  const proxy = aiProxy({ providers: [mistral(options)] });
  return createServer(proxy).on('upgrade', proxy.upgrade);
}
