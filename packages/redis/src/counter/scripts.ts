import { createHash } from 'node:crypto';
import type { RedisScript } from '../connection/redis-connection.ts';
import { finish, open, read, renew, reserve } from './lua/bodies.ts';
import { prelude } from './lua/prelude.ts';

export type CounterScripts = Readonly<Record<'reserve' | 'renew' | 'finish' | 'open' | 'read', RedisScript>>;

/** Whole milliseconds on the server's clock. */
const serverClock = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** The scripts of the counter: each does all that one call asks, at one moment. The clock sets `now`. */
export function createScripts(clock: string = serverClock): CounterScripts {
  const toScript = (body: string): RedisScript => {
    const text = clock + prelude + body;
    return { text, sha: createHash('sha1').update(text).digest('hex') };
  };
  return { reserve: toScript(reserve), renew: toScript(renew), finish: toScript(finish), open: toScript(open), read: toScript(read) };
}
