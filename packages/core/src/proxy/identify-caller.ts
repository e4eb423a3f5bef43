import type { Call } from '../call/call.ts';
import type { CallerAnswer } from '../call/caller.ts';
import { callerUnknown } from '../errors/caller-unknown.ts';
import type { Policy } from '../stages/policy.ts';
import { OpenedCall } from './opened-call.ts';

/** The first of its stage: who is asking, as far as the application knows. */
export const askCaller: Policy = {
  name: 'caller',
  stage: 'identify',
  async handle(call, next) {
    const ask = callerOf(call);
    if (ask) {
      const caller = checkAnswer(await untilGone(ask, call.signal));
      if (caller) call.caller = caller;
    }
    return next();
  },
};

/** The last of its stage: an application that says who is asking has said that others are not let in. */
export const requireCaller: Policy = {
  name: 'caller-required',
  stage: 'identify',
  handle(call, next) {
    if (callerOf(call) && !call.caller) return Promise.reject(callerUnknown());
    return next();
  },
};

const callerOf = (call: Call): (() => CallerAnswer | Promise<CallerAnswer>) | undefined =>
  call instanceof OpenedCall ? call.request.caller : undefined;

/** A session store that hangs must not keep a call alive whose caller has left. */
async function untilGone(ask: () => CallerAnswer | Promise<CallerAnswer>, signal: AbortSignal): Promise<CallerAnswer> {
  const answer = ask();
  if (!(answer instanceof Promise)) return answer;
  let onAbort: (() => void) | undefined;
  const gone = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([answer, gone]);
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }
}

/** What came of a function of the application's may be anything; a mistake must not let anybody in. */
function checkAnswer(answer: unknown): CallerAnswer {
  if (answer === undefined || answer === null) return undefined;
  if (typeof answer === 'object' && 'id' in answer && typeof answer.id === 'string' && answer.id !== '') return answer as CallerAnswer;
  const found =
    typeof answer === 'object' ? `an object whose id is ${'id' in answer ? describeId(answer.id) : 'missing'}` : `a ${typeof answer}`;
  throw new TypeError(
    `The option "caller" answered ${found}. It has to answer { id: '…' }, with an id that is a string and not empty, or nothing for a request that is to be refused.`,
  );
}

const describeId = (id: unknown): string => (id === '' ? 'empty' : `a ${typeof id}`);
