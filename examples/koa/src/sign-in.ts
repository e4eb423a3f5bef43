import type { Middleware } from 'koa';

/** What the middleware of this application knows of a request. */
export interface State {
  user?: { readonly id: string };
}

const users = new Map([['token-of-ada', { id: 'ada' }]]);

/** Stands for the session or the tokens that you have. */
export const signIn: Middleware<State> = async (ctx, next) => {
  const user = users.get(ctx.get('authorization').replace(/^Bearer /, ''));
  if (user !== undefined) ctx.state.user = user;
  await next();
};
