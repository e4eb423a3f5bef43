import 'reflect-metadata';
import { createProxy } from '@ai-proxy/core';
import type { Proxy } from '@ai-proxy/core';
import { aiProxy } from '@ai-proxy/express';
import type { ExpressAiProxy } from '@ai-proxy/express';
import { application } from '@ai-proxy/testing';
import type { AskCaller, BindingBehindParser, BindingUnderTest } from '@ai-proxy/testing';
import { All, Catch, Controller, Get, Module, Next, Req, Res } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { serve } from './serve.ts';

class Broken extends Error {}

@Catch(Broken)
class BrokenFilter implements ExceptionFilter {
  catch(_error: Broken, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<Response>().status(500).send(application.brokenText);
  }
}

@Controller()
class ApplicationController {
  @Get(application.path)
  application(): string {
    return application.text;
  }

  @Get(`ai${application.pathBelow}`)
  below(): string {
    return application.textBelow;
  }

  @Get(application.brokenPath)
  broken(): never {
    throw new Broken();
  }
}

/** The proxy as a route, with a body that Nest has parsed. */
function routeOf(prefix: string, ai: ExpressAiProxy): Type {
  @Controller(prefix)
  class AiController {
    @All('*path')
    ai(@Req() request: Request, @Res() response: Response, @Next() next: NextFunction): void {
      void ai(request, response, next);
    }
  }
  return AiController;
}

@Module({ providers: [BrokenFilter] })
class ApplicationModule {
  readonly name = 'application';
}

type Place = 'middleware' | 'route';

const start =
  (place: Place): BindingUnderTest['start'] =>
  async (options, { askCaller }) => {
    const proxy = createProxy(options);
    const mounts = ['/ai', '/second'].map((prefix) => [prefix, mountOf(proxy, prefix, askCaller)] as const);

    const routes = place === 'route' ? mounts.map(([prefix, ai]) => routeOf(prefix, ai)) : [];
    const module = { module: ApplicationModule, controllers: [ApplicationController, ...routes] };
    const app = await NestFactory.create<NestExpressApplication>(module, { logger: false });
    app.useGlobalFilters(new BrokenFilter());
    app.use((_req: Request, res: Response, next: NextFunction) => {
      res.setHeader(...application.header);
      next();
    });
    if (place === 'middleware') for (const [prefix, ai] of mounts) app.use(prefix, ai);
    app.useBodyParser('json', { limit: '20mb' });
    await app.init();
    const server = app.getHttpServer();
    const [first] = mounts;
    if (first) server.on('upgrade', first[1].upgrade);
    return serve(server, proxy);
  };

const mountOf = (proxy: Proxy, prefix: string, askCaller: AskCaller | undefined): ExpressAiProxy =>
  aiProxy(proxy, { prefix, ...(askCaller && { caller: (request: Request) => askCaller((name) => request.get(name)) }) });

/** Nest, with the proxy before its parsers. */
export const nestBindings: readonly BindingUnderTest[] = [{ name: 'Nest', start: start('middleware') }];

/** Nest, with the proxy behind its parsers. */
export const nestParsers: readonly BindingBehindParser[] = [
  {
    name: 'a route of Nest',
    start: start('route'),
    keeps: { json: 'value', large: 'value', gzip: 'value', latin1: 'refused', form: 'value' },
  },
];
