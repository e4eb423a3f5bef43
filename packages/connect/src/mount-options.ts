import type { IncomingMessage } from 'node:http';
import { checkKnownOptions, toMountPrefix } from '@ai-proxy/core';
import type { CallerAnswer, Writing } from '@ai-proxy/core';

/** How a handler is mounted on a Node server. `Context` is the framework's own request. */
export interface MountOptions<Context = IncomingMessage> {
  /**
   * The full path of the mount as callers see it, `/ai`. Needed where nothing strips it: on a bare `node:http` server, and for WebSocket upgrades,
   * which no framework routes. By default the request's path is taken as it is, stripped by connect or Express.
   */
  readonly prefix?: string | undefined;
  /**
   * Tells who is asking, from the session or the middleware that the application has: `caller: (request) => request.user && { id: request.user.id }`. A
   * request for which it answers nothing is refused with 401, one for which it throws with 500. By default nobody is asked, and every request is let in.
   */
  readonly caller?: ((request: Context) => CallerAnswer | Promise<CallerAnswer>) | undefined;
  /**
   * The same for WebSocket upgrades, which pass no middleware: all there is of them is Node's own request. Where `caller` is given and this is not,
   * upgrades are refused.
   */
  readonly upgradeCaller?: ((req: IncomingMessage) => CallerAnswer | Promise<CallerAnswer>) | undefined;
  /** How answers are written out, in milliseconds. By default what the proxy was told (`timeouts.write`, `timeouts.keepAlive`); 60 s and 15 s for other handlers. */
  readonly writing?: Partial<Writing> | undefined;
}

/** The names of {@link MountOptions}. */
export const mountOptionNames: readonly (keyof MountOptions)[] = ['prefix', 'caller', 'upgradeCaller', 'writing'];

/** Mount options with every default in its place. */
export interface MountSettings<Context = never> {
  readonly prefix: string;
  readonly writing: Writing;
  readonly caller: MountOptions<Context>['caller'];
  readonly upgradeCaller: MountOptions['upgradeCaller'];
}

/** For handlers that are no proxy. */
export const defaultWriting: Writing = { timeout: 60_000, keepAlive: 15_000 };

/** Checks the options where they are written, and fills in the defaults. */
export function toMountSettings<Context>(options: MountOptions<Context>, inherited: Writing = defaultWriting): MountSettings<Context> {
  checkKnownOptions('mount', options, mountOptionNames);
  const { prefix, writing = {}, caller, upgradeCaller } = options;
  checkFunction('caller', caller);
  checkFunction('upgradeCaller', upgradeCaller);
  return {
    prefix: toMountPrefix(prefix),
    writing: {
      timeout: toMilliseconds('writing.timeout', writing.timeout ?? inherited.timeout),
      keepAlive: toMilliseconds('writing.keepAlive', writing.keepAlive ?? inherited.keepAlive),
    },
    caller,
    upgradeCaller: upgradeCaller ?? (caller && nobody),
  };
}

const nobody = (): undefined => undefined;

function checkFunction(name: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return;
  throw new TypeError(`${name} must be a function that is given the request and answers { id: '…' }, or nothing; it is a ${typeof value}`);
}

// Node's timers take a signed 32-bit number and fire at once for anything above.
const longestTimer = 2_147_483_647;

function toMilliseconds(name: string, value: number): number {
  if (typeof value !== 'number' || Number.isNaN(value) || value < 0) {
    throw new TypeError(`${name} must be a number of milliseconds, 0 for off; it is ${String(value)}`);
  }
  return value > longestTimer ? 0 : value;
}
