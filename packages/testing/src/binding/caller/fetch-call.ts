import type { BoundServer } from '../binding-under-test.ts';
import { joinHeaders } from './connection.ts';
import type { AnswerHead, CallerRequest, OpenCall, SeenAnswer } from './open-call.ts';
import { headersOf, methodOf, targetOf } from './request-bytes.ts';
import { createWaiters } from './waiters.ts';

const none: AnswerHead = { status: 0, headers: {}, headerLines: [] };

/** Calls a binding that answers `Request` by `Response`: an answer whose body throws is cut. */
export function callByFetch(fetch: NonNullable<BoundServer['fetch']>, mount: URL, asked: CallerRequest): OpenCall {
  const leaving = new AbortController();
  const waiters = createWaiters();
  const pieces: Uint8Array[] = [];
  let head: AnswerHead | undefined;
  let ended: SeenAnswer['ending'] | undefined;
  let awaitingResume: PromiseWithResolvers<void> | undefined;
  const body = (): Uint8Array => Buffer.concat(pieces);
  const text = (): string => new TextDecoder().decode(body());

  async function read(): Promise<SeenAnswer['ending']> {
    try {
      const response = await fetch(toRequest(mount, asked, leaving.signal));
      head = toHead(response);
      waiters.look();
      const reader = response.body?.getReader();
      leaving.signal.addEventListener('abort', () => void reader?.cancel().catch(() => undefined), { once: true });
      for (;;) {
        await awaitingResume?.promise;
        const part = await reader?.read();
        if (part === undefined || part.done) break;
        pieces.push(part.value);
        waiters.look();
      }
      return leaving.signal.aborted ? 'left' : 'complete';
    } catch {
      return leaving.signal.aborted ? 'left' : 'cut';
    }
  }

  const answer = read().then((ending) => {
    ended = ending;
    waiters.stop();
    return { ...(head ?? none), body: body(), text: text(), ending };
  });
  const headCame = waiters
    .until(
      () => head !== undefined,
      () => 'fetch ended without an answer',
    )
    .then(() => head as AnswerHead);
  headCame.catch(() => undefined);
  return {
    request: asked,
    head: headCame,
    answer,
    state: () => ({ ...(head ?? none), ending: ended ?? 'not yet' }),
    text,
    received: (part) =>
      waiters.until(
        () => text().includes(part),
        () => `the answer ended without ${JSON.stringify(part)}`,
      ),
    leave: () => leaving.abort(),
    pause: () => (awaitingResume ??= Promise.withResolvers<void>()),
    resume() {
      awaitingResume?.resolve();
      awaitingResume = undefined;
    },
  };
}

function toRequest(mount: URL, asked: CallerRequest, signal: AbortSignal): Request {
  const { body } = asked;
  return new Request(mount.origin + targetOf(mount, asked), {
    method: methodOf(asked),
    headers: headersOf(asked),
    signal,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : Uint8Array.from(body) }),
  });
}

function toHead({ status, headers }: Response): AnswerHead {
  const headerLines = [...headers].map(([name, value]) => [name, value] as const);
  return { status, headers: joinHeaders(headerLines), headerLines };
}
