import { pino } from 'pino';
import type { Log, Receipt, ReceiptSink } from '@ai-proxy/core';
import { redactPrompt } from './redact-prompt.ts';

export interface PinoSinkOptions {
  /**
   * What writes the lines: pino, or anything with `info` and `warn`. By default a pino of the sink's own, on the standard output, that never makes a call wait:
   * where the output is not read, lines are dropped and counted.
   */
  readonly logger?: Pick<Log, 'info' | 'warn'>;
  /**
   * Write prompts down too, cut to so many characters and without what looks like a secret. Whoever reads the log then reads what people asked.
   * @default false
   */
  readonly prompts?: false | { readonly maxCharacters: number };
}

/** A sink that writes one line per call. */
export interface PinoSink extends ReceiptSink {
  /** Lines that were lost because nobody read the output; 0 for a logger of yours, which knows that itself. */
  readonly dropped: number;
}

/** Bytes that may wait for an output that is not read. */
const heldForOutput = 4 * 1024 * 1024;

/** Writes one line per call: `info` where it ended well or by the caller's doing, `warn` otherwise. Money is in dollars, times in milliseconds. */
export function pinoSink({ logger, prompts = false }: PinoSinkOptions = {}): PinoSink {
  const own = logger === undefined ? openOutput() : undefined;
  const target = logger ?? own?.logger;
  return {
    name: 'pino',
    settled(receipt, input) {
      const fields = { ...lineOf(receipt), ...(prompts === false ? {} : { prompt: redactPrompt(input, prompts.maxCharacters) }) };
      if (isWell(receipt)) target?.info(fields, 'call');
      else target?.warn(fields, 'call');
    },
    async close(grace) {
      await own?.flush(grace);
    },
    get dropped() {
      return own?.dropped() ?? 0;
    },
  };
}

const isWell = ({ outcome }: Receipt): boolean => outcome === 'ok' || outcome === 'caller_left' || outcome === 'refused';

/** The receipt as one flat line: what is not known is `null` or absent, never 0. */
function lineOf(receipt: Receipt): Record<string, unknown> {
  const { caller, tags, metadata, cost, usage, startedAt, ...rest } = receipt;
  return {
    ...rest,
    caller: caller?.id,
    ...(tags.length === 0 ? {} : { tags }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    ...usage,
    cost: cost === null ? null : cost.micros / 1_000_000,
    ...(cost === null ? {} : { price: cost.price.source }),
    startedAt: new Date(startedAt).toISOString(),
  };
}

function openOutput(): { readonly logger: Pick<Log, 'info' | 'warn'>; dropped(): number; flush(grace: number): Promise<void> } {
  let dropped = 0;
  // Not synchronous: a terminal that is held or a pipe that nobody reads would hold the whole server.
  const output = pino.destination({ dest: 1, sync: false, maxLength: heldForOutput });
  output.on('drop', () => {
    dropped += 1;
  });
  // The output may go before the server does.
  output.on('error', () => {
    dropped += 1;
  });
  return {
    logger: pino({ base: null }, output),
    dropped: () => dropped,
    flush: (grace) =>
      new Promise((resolve) => {
        const limit = setTimeout(resolve, grace);
        output.flush(() => {
          clearTimeout(limit);
          resolve();
        });
      }),
  };
}
