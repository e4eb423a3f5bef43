import type { Writing } from '@ai-proxy/core';

/** How a handler is mounted on a Node server. */
export interface MountOptions {
  /**
   * The full path of the mount as callers see it, `/ai`. Needed where nothing strips it: on a bare `node:http` server, and for WebSocket upgrades,
   * which no framework routes. By default the request's path is taken as it is, stripped by connect or Express.
   */
  readonly prefix?: string | undefined;
  /** How answers are written out, in milliseconds. By default what the proxy was told (`timeouts.write`, `timeouts.keepAlive`); 60 s and 15 s for other handlers. */
  readonly writing?: Partial<Writing> | undefined;
}

/** What the writing of answers needs to know. */
export interface MountSettings {
  readonly prefix: string;
  readonly writing: Writing;
}

/** For handlers that are no proxy. */
export const defaultWriting: Writing = { timeout: 60_000, keepAlive: 15_000 };

/** Checks the options where they are written, and fills in the defaults. */
export function toMountSettings({ prefix, writing = {} }: MountOptions, inherited: Writing = defaultWriting): MountSettings {
  return {
    prefix: toPrefix(prefix),
    writing: {
      timeout: toMilliseconds('writing.timeout', writing.timeout ?? inherited.timeout),
      keepAlive: toMilliseconds('writing.keepAlive', writing.keepAlive ?? inherited.keepAlive),
    },
  };
}

function toPrefix(prefix: string | undefined): string {
  if (prefix === undefined || prefix === '' || prefix === '/') return '';
  if (typeof prefix !== 'string' || !prefix.startsWith('/') || /[?#*]/.test(prefix)) {
    throw new TypeError(`prefix must be a plain path that begins with a slash, such as "/ai"; it is ${JSON.stringify(prefix)}`);
  }
  return prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
}

// Node's timers take a signed 32-bit number and fire at once for anything above.
const longestTimer = 2_147_483_647;

function toMilliseconds(name: string, value: number): number {
  if (typeof value !== 'number' || Number.isNaN(value) || value < 0) {
    throw new TypeError(`${name} must be a number of milliseconds, 0 for off; it is ${String(value)}`);
  }
  return value > longestTimer ? 0 : value;
}
