import { aiProxy } from '@ai-proxy/express';
import { mistral } from '@ai-proxy/mistral';

/** One gateway for all mounts. Making it opens nothing and needs no key yet. */
export const { proxy } = aiProxy({ providers: [mistral()], aliases: { fast: 'mistral/mistral-small-latest' } });
