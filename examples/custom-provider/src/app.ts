import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { aiProxy } from '@ai-proxy/connect';
import { acme } from './acme.ts';
import type { AcmeOptions } from './acme.ts';

/** Every OpenAI client can talk to Acme now. */
export function createGateway(options?: AcmeOptions): Server {
  return createServer(aiProxy({ providers: [acme(options)], aliases: { assistant: 'acme/anvil-2' } }));
}
