import type { Call } from '../call/call.ts';
import type { Reply, ValueReply } from '../call/reply.ts';
import type { Plan } from '../routing/plan.ts';
import type { RemoteFiles } from '../fetching/remote-files.ts';
import { attemptCanonical } from './canonical-attempt.ts';
import type { Upstream } from '../upstream/exchange.ts';
import { orLater } from './late-stream.ts';
import { attemptNative } from './native-attempt.ts';
import { tapped } from './tapped.ts';
import type { StepRunner } from './run-steps.ts';
import { wholeAsLine } from './whole-as-line.ts';

export interface AttemptsOptions {
  /** To be waited for before the first request goes up. */
  readonly opened: (call: Call) => Promise<void> | undefined;
  readonly upstream: Upstream;
  readonly steps: StepRunner;
  readonly strict: boolean;
  /** Milliseconds after which a stream's headers go out though nothing has come yet. */
  readonly patience: number;
  /** Absent where the operator has not switched it on. */
  readonly remoteFiles: RemoteFiles | undefined;
}

/** The innermost stage: works the call's plan through until one target has answered. */
export async function makeAttempts(
  call: Call,
  plan: Plan,
  taps: readonly ((chunk: unknown) => void)[],
  options: AttemptsOptions,
): Promise<Reply> {
  call.receipt.serving(plan.steps[0]);
  const opening = options.opened(call);
  if (opening) await opening;
  const { native } = call;
  const surface = native?.provider.native;
  const attempted = options.steps.run<Reply>(call, plan, (target) =>
    native && surface ? attemptNative(call, native, surface, options.upstream) : attemptCanonical(call, target, options),
  );
  const finish = (reply: Reply): Reply => {
    const headers = { ...reply.headers, ...servedBy(call) };
    if (reply.kind !== 'stream' || taps.length === 0) return { ...reply, headers };
    return { ...reply, headers, batches: tapped(reply.batches, taps) };
  };

  // Without knowing how the provider frames its streams, headers cannot go out before its own have come.
  const isFramed = call.dialect === 'canonical' || native?.route.framing !== undefined;
  if (!call.stream || !isFramed) return finish(await attempted);
  const isOfLines = surface && native?.route.framing === 'ndjson';
  const toBatch = isOfLines ? (reply: ValueReply) => wholeAsLine(reply, surface.createWatcher(call.operation, call.input)) : undefined;
  return finish(await orLater(attempted, options.patience, toBatch));
}

/** Who has served, as far as it is known when the headers go. */
function servedBy({ receipt }: Call): Record<string, string> {
  const served = receipt.modelServed === undefined ? receipt.provider : `${receipt.provider}/${receipt.modelServed}`;
  return {
    ...(served === undefined ? {} : { 'x-ai-proxy-model': headerSafe(served) }),
    'x-ai-proxy-step': String(receipt.step),
    'x-ai-proxy-attempts': String(receipt.attempts),
  };
}

/** A model's name comes from the caller; what no header may hold is encoded. */
const headerSafe = (name: string): string =>
  name.slice(0, 256).replace(/[^\x20-\x7e]/gu, (character) => encodeURIComponent(character.toWellFormed()));
