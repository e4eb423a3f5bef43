import { checkKnownOptions, toMountPrefix } from '@ai-proxy/core';
import type { CallerAnswer, Writing } from '@ai-proxy/core';

/** How a handler is mounted in Next.js. */
export interface MountOptions {
  /**
   * The path of the mount, without Next's `basePath`. By default it is the folder of the route: what stands before the segments that
   * `app/ai/[...path]/route.ts` catches is `/ai`.
   */
  readonly prefix?: string | undefined;
  /**
   * Tells who is asking, from the session that the application has: `caller: async () => { const session = await auth(); return … }`. A request for which
   * it answers nothing is refused with 401, one for which it throws with 500. By default nobody is asked, and every request is let in.
   */
  readonly caller?: ((request: Request) => CallerAnswer | Promise<CallerAnswer>) | undefined;
  /** How streams are written out, in milliseconds. By default what the proxy was told (`timeouts.write`, `timeouts.keepAlive`); 60 s and 15 s for other handlers. */
  readonly writing?: Partial<Writing> | undefined;
}

/** The names of {@link MountOptions}. */
export const mountOptionNames: readonly (keyof MountOptions)[] = ['prefix', 'caller', 'writing'];

/** Mount options with every default in its place. */
export interface MountSettings {
  readonly prefix: string | undefined;
  readonly caller: MountOptions['caller'];
  readonly writing: Writing;
}

/** For handlers that are no proxy. */
const defaultWriting: Writing = { timeout: 60_000, keepAlive: 15_000 };

/** Checks the options where they are written, and fills in the defaults. */
export function toMountSettings(options: MountOptions, inherited: Writing = defaultWriting): MountSettings {
  checkKnownOptions('mount', options, mountOptionNames);
  const { prefix, caller, writing = {} } = options;
  checkKnownOptions('writing', writing, ['timeout', 'keepAlive']);
  if (caller !== undefined && typeof caller !== 'function') {
    throw new TypeError(
      `caller must be a function that is given the request and answers { id: '…' }, or nothing; it is a ${typeof caller}`,
    );
  }
  return {
    prefix: prefix === undefined ? undefined : toMountPrefix(prefix),
    caller,
    writing: {
      timeout: toMilliseconds('writing.timeout', writing.timeout ?? inherited.timeout),
      keepAlive: toMilliseconds('writing.keepAlive', writing.keepAlive ?? inherited.keepAlive),
    },
  };
}

// Timers take a signed 32-bit number and fire at once for anything above.
const longestTimer = 2_147_483_647;

function toMilliseconds(name: string, value: number): number {
  if (typeof value === 'number' && value >= 0 && value <= longestTimer) return value;
  throw new TypeError(`${name} must be a number of milliseconds up to ${longestTimer}, 0 for off; it is ${JSON.stringify(value)}`);
}
