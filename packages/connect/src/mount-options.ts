/** How a handler is mounted on a Node server. Every time is in milliseconds; 0 switches that clock off. */
export interface MountOptions {
  /**
   * The full path of the mount as callers see it, `/ai`. Needed where nothing strips it: on a bare `node:http` server, and for WebSocket upgrades,
   * which no framework routes. By default the request's path is taken as it is, stripped by connect or Express.
   */
  readonly prefix?: string | undefined;
  /** How long a caller may take nothing of an answer before it is cut; 60 s by default. Off, a caller who stops reading holds its upstream for ever. */
  readonly writeTimeout?: number | undefined;
  /** After how much silence a stream shows a sign of life; 15 s by default. */
  readonly keepAliveInterval?: number | undefined;
  /** How long a relayed exchange may wait for its upstream's connection; 10 s by default. */
  readonly connectTimeout?: number | undefined;
  /** How long a relayed upstream may stay silent, before its headers or between two pieces; off by default, since uploads and local models may take any time. */
  readonly relayTimeout?: number | undefined;
}

/** The same with every default filled in. */
export interface MountSettings {
  readonly prefix: string;
  readonly writeTimeout: number;
  readonly keepAliveInterval: number;
  readonly connectTimeout: number;
  readonly relayTimeout: number;
}

/** Checks the options where they are written, and fills in the defaults. */
export function toMountSettings(options: MountOptions): MountSettings {
  return {
    prefix: toPrefix(options.prefix),
    writeTimeout: toMilliseconds('writeTimeout', options.writeTimeout, 60_000),
    keepAliveInterval: toMilliseconds('keepAliveInterval', options.keepAliveInterval, 15_000),
    connectTimeout: toMilliseconds('connectTimeout', options.connectTimeout, 10_000),
    relayTimeout: toMilliseconds('relayTimeout', options.relayTimeout, 0),
  };
}

function toPrefix(prefix: string | undefined): string {
  if (prefix === undefined || prefix === '' || prefix === '/') return '';
  if (!prefix.startsWith('/') || /[?#*]/.test(prefix)) {
    throw new TypeError(`prefix must be a plain path that begins with a slash, such as "/ai"; it is ${JSON.stringify(prefix)}`);
  }
  return prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
}

// Node's timers take a signed 32-bit number and fire at once for anything above.
const longestTimer = 2_147_483_647;

function toMilliseconds(name: string, value: number | undefined, byDefault: number): number {
  if (value === undefined) return byDefault;
  if (typeof value !== 'number' || Number.isNaN(value) || value < 0) {
    throw new TypeError(`${name} must be a number of milliseconds, 0 for off; it is ${String(value)}`);
  }
  return value > longestTimer ? 0 : value;
}
