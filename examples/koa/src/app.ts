import { aiProxy } from '@ai-proxy/koa';
import { mistral } from '@ai-proxy/mistral';
import type { MistralOptions } from '@ai-proxy/mistral';
import Koa from 'koa';
import { signIn } from './sign-in.ts';
import type { State } from './sign-in.ts';

/** An application of yours, with an AI gateway under `/ai` for those who are signed in. */
export function createApp(options?: MistralOptions): Koa<State> {
  const app = new Koa<State>();
  app.use(signIn);
  app.use(
    aiProxy({
      prefix: '/ai',
      providers: [mistral(options)],
      aliases: { fast: 'mistral/mistral-small-latest' },
      caller: (ctx: { readonly state: State }) => ctx.state.user,
    }),
  );
  app.use((ctx) => {
    ctx.body = 'The application itself. Models are under /ai/v1.';
  });
  return app;
}
