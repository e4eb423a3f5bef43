import { checkAgainstOracle, startRedis } from '@ai-proxy/testing';
import { createClient } from '@redis/client';
import fc from 'fast-check';
import { afterAll, describe, it } from 'vitest';
import { toConnection } from '../../src/connection/to-connection.ts';
import { createCounter } from '../../src/counter/create-counter.ts';
import { createScripts } from '../../src/counter/scripts.ts';

const server = await startRedis();
const client = createClient({ url: server?.url ?? '' });
if (server) await client.connect();
afterAll(async () => {
  if (client.isOpen) client.destroy();
  await server?.close();
});

// The time stands in Redis too, where only the test moves it.
const scripts = createScripts(`local now = tonumber(redis.call('GET', 'the time'))`);

describe.skipIf(server === undefined)('the counter in Redis beside an oracle', () => {
  it('says the same after every step of any story', { timeout: 120_000 }, async () => {
    const counter = createCounter(toConnection(client), scripts, { name: 'counter', prefix: 'test:', deadline: 10_000 });
    let now = 1_700_000_000_000;
    const clock = {
      counter,
      now: () => now,
      pass: async (milliseconds: number) => {
        now += milliseconds;
        await client.set('the time', String(now));
      },
    };
    await clock.pass(0);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 100_000 }), { minLength: 20, maxLength: 150 }), async (story) =>
        checkAgainstOracle(clock, story),
      ),
      { numRuns: 300 },
    );
  });
});
