import { aiProxy } from '@ai-proxy/express';
import { mistral } from '@ai-proxy/mistral';
import type { MistralOptions } from '@ai-proxy/mistral';
import express from 'express';
import type { Express } from 'express';

/** An application of yours, with an AI gateway under `/ai`. */
export function createApp(options?: MistralOptions): Express {
  const app = express();
  app.use('/ai', aiProxy({ providers: [mistral(options)], aliases: { fast: 'mistral/mistral-small-latest' } }));
  app.get('/', (_req, res) => {
    res.send('The application itself. Models are under /ai/v1.');
  });
  return app;
}
