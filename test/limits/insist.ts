import { setTimeout } from 'node:timers/promises';
import { RedisError } from '@ai-proxy/redis';
import { SqlError } from '@ai-proxy/sql';

/** A store that is away is asked until it is there. */
export async function insist<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof RedisError || error instanceof SqlError)) throw error;
      await setTimeout(50);
    }
  }
}
