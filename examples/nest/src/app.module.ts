import { Controller, Get, Module } from '@nestjs/common';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import { proxy } from './gateway.ts';
import { TeamController } from './team.controller.ts';

@Controller()
export class HomeController {
  @Get()
  home(): string {
    return 'The application itself. Models are under /ai/v1.';
  }
}

/** An application of yours. */
@Module({ controllers: [HomeController, TeamController] })
export class AppModule implements BeforeApplicationShutdown {
  beforeApplicationShutdown(): Promise<void> {
    return proxy.close();
  }
}
