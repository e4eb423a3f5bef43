import type { Pool, PoolClient } from 'pg';
import { within } from '@ai-proxy/core';
import { KeyConflict } from '@ai-proxy/core/key-store';
import type { Row, Script } from '../../database/script.ts';
import { channel } from './listener.ts';

/** The same number in every instance. Whoever has it is the only one who writes keys. */
const lock = 7_416_293_551_084_301n;

/** After so many milliseconds the server takes the lock from an instance that stands still in the midst of a change. */
const longestSilence = 3000;

/**
 * Runs a script that changes a key in a transaction, alone among all writers: changes then become visible in the order of their numbers, because the lock goes
 * only after others see what was written. Where the time is over the connection is given up, and with it whatever was not committed.
 */
export async function runScript<Answer>(pool: Pool, id: string, script: Script<Answer>, until: number): Promise<Answer> {
  const client = await pool.connect();
  let isGivenUp = false;
  const giveUp = (): void => {
    if (isGivenUp) return;
    isGivenUp = true;
    client.release(true);
  };
  try {
    const answer = await within(transact(client, id, script), until - performance.now(), giveUp);
    client.release();
    return answer;
  } catch (error) {
    // A server that has refused something in its own words is still listening: with a new connection for each refusal nobody would come to read.
    if (error instanceof KeyConflict || wasRefused(error)) await rollBack(client, giveUp, until);
    else giveUp();
    throw error;
  }
}

async function transact<Answer>(client: PoolClient, id: string, script: Script<Answer>): Promise<Answer> {
  await client.query(`begin isolation level read committed; set local idle_in_transaction_session_timeout = ${longestSilence}`);
  await client.query('select pg_advisory_xact_lock($1)', [lock]);
  let step = script.next([]);
  while (step.done !== true) {
    const { text, values } = step.value;
    const { rows } = await client.query<Row>(text, [...values]);
    step = script.next(rows);
  }
  // It is told when the transaction is committed, and not otherwise. The server takes no longer ones.
  if (Buffer.byteLength(id) < 8000) await client.query('select pg_notify($1, $2)', [channel, id]);
  await client.query('commit');
  return step.value;
}

async function rollBack(client: PoolClient, giveUp: () => void, until: number): Promise<void> {
  try {
    await within(client.query('rollback'), until - performance.now());
    client.release();
  } catch {
    // The server does it as soon as it finds the connection gone.
    giveUp();
  }
}

/** By PostgreSQL's codes, but for those of connections and of a server that goes away. */
const wasRefused = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^(?!08|57)(?=.*\d)[0-9A-Z]{5}$/.test(String(error.code));
