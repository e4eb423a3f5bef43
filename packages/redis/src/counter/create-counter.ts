import type { Counter, CounterWindow, Reservation, ReserveAnswer, WindowReading } from '@ai-proxy/core';
import { checkAmounts, checkReservation } from '@ai-proxy/core/counter';
import { createAsker } from '../connection/create-asker.ts';
import { runScript } from '../connection/redis-connection.ts';
import type { RedisConnection, RedisScript } from '../connection/redis-connection.ts';
import type { RedisCounterOptions } from './redis-counter.ts';
import { readAnswer, readMissing, readReadings, readRefusals, UnreadableAnswer } from './script-answer.ts';
import { createScriptInputs, toNamedInput, toOpenedInput, toWindowInput } from './script-input.ts';
import type { ScriptInput } from './script-input.ts';
import type { CounterScripts } from './scripts.ts';

/** Ended ids are remembered for so long, in milliseconds. */
const memory = 2 * 60_000;

/** A counter by its scripts. */
export function createCounter(
  connection: RedisConnection,
  scripts: CounterScripts,
  { name, prefix, deadline }: Required<RedisCounterOptions>,
): Counter {
  const ask = createAsker(connection, name, deadline);
  const inputs = createScriptInputs(prefix);

  const run = async (script: RedisScript, { keys, parameters }: ScriptInput): Promise<unknown> =>
    runScript(connection, script, keys, parameters);

  /** A script that first has to free more than it does at once asks to be called again. */
  async function runUntilDone(script: RedisScript, input: ScriptInput): Promise<ReturnType<typeof readAnswer>> {
    const end = performance.now() + deadline;
    for (;;) {
      const answer = readAnswer(await run(script, input));
      // Past the deadline nobody waits for it.
      if (answer.kind !== 'again' || performance.now() > end) return answer;
    }
  }

  async function finish(reservation: Reservation, truth: (window: CounterWindow) => number): Promise<void> {
    checkReservation(reservation);
    const { root, id, ttl, windows } = reservation;
    const input = inputs.ofCall(
      root,
      id,
      Math.max(memory, ttl),
      windows.map((window) => toWindowInput(window, truth(window))),
    );
    await ask(() => run(scripts.finish, input));
  }

  return {
    name,
    async reserve(reservation): Promise<ReserveAnswer> {
      checkReservation(reservation);
      const { root, id, ttl, windows } = reservation;
      const input = inputs.ofCall(
        root,
        id,
        ttl,
        windows.map((window) => toWindowInput(window)),
      );
      const keys = windows.map(({ key }) => key);
      return ask(async () => {
        const { kind, first, second } = await runUntilDone(scripts.reserve, input);
        if (kind === 'ended') return { kind };
        if (kind === 'missing') return { kind, keys: readMissing(first, keys) };
        const readings = readReadings(first, keys).filter((one): one is WindowReading => one !== undefined);
        if (kind === 'reserved') return { kind, readings };
        if (kind === 'refused') return { kind, readings, refusals: readRefusals(second, keys) };
        throw new UnreadableAnswer();
      });
    },
    async renew(reservation) {
      checkReservation(reservation);
      const { root, id, ttl, windows } = reservation;
      const input = inputs.ofCall(
        root,
        id,
        ttl,
        windows.map((window) => toWindowInput(window)),
      );
      return (await ask(() => run(scripts.renew, input))) === 1;
    },
    async settle(reservation, amounts) {
      checkAmounts(amounts);
      await finish(reservation, ({ key, amount }) => (Object.hasOwn(amounts, key) ? (amounts[key] ?? amount) : amount));
    },
    async release(reservation) {
      await finish(reservation, () => 0);
    },
    async open(root, sums) {
      checkAmounts(Object.fromEntries(sums.map(({ key, spent }) => [key, spent])));
      const input = inputs.ofWindows(root, sums.map(toOpenedInput));
      await ask(() => run(scripts.open, input));
    },
    async read(root, names) {
      const input = inputs.ofWindows(root, names.map(toNamedInput));
      return ask(async () => {
        const { kind, first } = await runUntilDone(scripts.read, input);
        if (kind !== 'read') throw new UnreadableAnswer();
        return readReadings(
          first,
          names.map(({ key }) => key),
        );
      });
    },
    async close() {
      // The client is closed by whoever made it.
    },
  };
}
