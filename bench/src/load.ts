import { Pool } from 'undici';
import { faultOf } from './check-answer.ts';
import type { Expected } from './check-answer.ts';
import type { Amount, Request } from './rows.ts';

/** Many requests of one kind to one server. */
export interface Load extends Amount, Request {
  readonly expected: Expected;
}

/** A generator of load for one server; its connections stay open between loads. */
export interface LoadGenerator {
  /** Sends every request, reads every answer to its end and checks it. Throws at the first that is wrong. */
  run(load: Load): Promise<void>;
  close(): Promise<void>;
}

/** `key` is what callers present. */
export function createLoadGenerator(origin: string, connections: number, key: string): LoadGenerator {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };

  async function send({ path, body, expected }: Load): Promise<void> {
    const response = await pool.request({ method: 'POST', path, headers, body });
    const fault = faultOf({ status: response.statusCode, text: await response.body.text() }, expected);
    if (fault !== undefined) throw new Error(`wrong answer from ${origin}${path}: ${fault}`);
  }

  return {
    async run(load) {
      let left = load.requests;
      const caller = async (): Promise<void> => {
        while (left > 0) {
          left -= 1;
          // oxlint-disable-next-line no-await-in-loop -- a caller asks again when it has been answered
          await send(load);
        }
      };
      await Promise.all(Array.from({ length: load.concurrency }, caller));
    },
    close: () => pool.destroy(),
  };
}
