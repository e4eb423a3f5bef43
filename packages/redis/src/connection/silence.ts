import { setImmediate } from 'node:timers/promises';

/** Notices that a server has fallen silent, whatever is written to it. */
export interface SilenceWatch {
  /** Something was asked. */
  asked(answer: Promise<unknown>): void;
  /** The connection broke, and is being made anew by whoever made it. */
  broke(): void;
}

/** Of so many questions at once a server may leave the oldest waiting. */
const muchToDo = 100;

export interface SilenceWatchOptions {
  /** Milliseconds without any answer to what was asked, or without a connection. */
  readonly patience: number;
  /** Whether there is a connection now. */
  readonly isReady: () => boolean;
  /**
   * Tries another connection; true where the silence is over. Called again and again until it is, or until something is heard. `isSilent` says whether nothing has been heard
   * meanwhile: what was only slow is not to be left.
   */
  readonly onSilence: (isSilent: () => boolean) => Promise<boolean>;
}

/**
 * A connection can be dead without anybody having said so: the other end has lost it, or stands still. Only another connection finds out which. The clock runs only while
 * something is unanswered, and keeps no process alive.
 */
export function watchSilence({ patience, isReady, onSilence }: SilenceWatchOptions): SilenceWatch {
  /** When what is not answered yet was asked, the oldest first. */
  const unanswered = new Set<{ readonly at: number }>();
  let heardAt = -Infinity;
  let brokenSince: number | undefined;
  let clock: NodeJS.Timeout | undefined;
  let isLooking = false;

  /** Since when nothing is heard, as far as something was to be heard. */
  function silentSince(): number | undefined {
    const [oldest] = unanswered;
    if (isReady()) brokenSince = undefined;
    if (!oldest) return brokenSince;
    // A server with much to do answers late, and while it answers anything it is there. Where little was asked, the way to it is at fault.
    return unanswered.size > muchToDo ? Math.max(oldest.at, heardAt) : oldest.at;
  }

  /** How much longer there may be silence; nothing where there is none. */
  function left(): number | undefined {
    const since = silentSince();
    return since === undefined ? undefined : since + patience - performance.now();
  }

  const isSilent = (): boolean => (left() ?? 1) <= 0;

  function wait(milliseconds: number): void {
    clock ??= setTimeout(() => {
      clock = undefined;
      void look();
    }, milliseconds).unref();
  }

  async function look(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    try {
      // Where the event loop was busy, what was answered has not been read yet: it is before this goes on.
      if (isSilent()) await setImmediate();
      if (isSilent() && (await onSilence(isSilent))) unanswered.clear();
    } finally {
      isLooking = false;
    }
    const more = left();
    if (more !== undefined) wait(Math.max(more, patience / 5));
  }

  return {
    asked(answer) {
      const question = { at: performance.now() };
      unanswered.add(question);
      wait(patience);
      const hear = (): void => {
        heardAt = performance.now();
        unanswered.delete(question);
      };
      // A refusal may come from this side.
      answer.then(hear, () => void unanswered.delete(question));
    },
    broke() {
      brokenSince ??= performance.now();
      wait(patience);
    },
  };
}
