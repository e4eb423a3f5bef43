import { aiProxy } from '@ai-proxy/express';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.ts';
import { proxy } from './gateway.ts';

/** The application with an AI gateway at two places: under `/ai` for everybody, under `/team/ai` behind a guard. */
export async function createApp(): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule, { logger: ['error', 'warn'] });
  // Before Nest's own parsers, which it puts in front of its routes when it starts.
  app.use('/ai', aiProxy(proxy));
  // What comes in by a route has been parsed; the parser's own bound is 100 kB.
  app.useBodyParser('json', { limit: '10mb' });
  app.enableShutdownHooks();
  return app;
}
