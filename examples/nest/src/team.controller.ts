import { aiProxy } from '@ai-proxy/express';
import { All, Controller, Next, Req, Res, UseGuards } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { proxy } from './gateway.ts';
import { SessionGuard } from './session.guard.ts';

/** The gateway as a route of Nest's: guards decide who gets in, and what they leave on the request says who is asking. */
@Controller('team')
@UseGuards(SessionGuard)
export class TeamController {
  readonly #ai = aiProxy(proxy, { prefix: '/team/ai', caller: (request) => request.user });

  @All('ai/*path')
  ai(@Req() request: Request, @Res() response: Response, @Next() next: NextFunction): void {
    this.#ai(request, response, next);
  }
}
