/** Notices that a server has fallen silent, whatever is written to it. */
export interface SilenceWatch {
  /** Something was asked. */
  asked(answer: Promise<unknown>): void;
  /** The connection broke, and is being made anew by whoever made it. */
  broke(): void;
}

export interface SilenceWatchOptions {
  /** Milliseconds without any answer to what was asked, or without a connection. */
  readonly patience: number;
  /** Whether there is a connection now. */
  readonly isReady: () => boolean;
  /** Tries another connection; true where the silence is over. Called again and again until it is, or until something is heard. */
  readonly onSilence: () => Promise<boolean>;
}

/**
 * A connection can be dead without anybody having said so: the other end has lost it, or stands still. Only another connection finds out which. The clock runs only while
 * something is unanswered, and keeps no process alive.
 */
export function watchSilence({ patience, isReady, onSilence }: SilenceWatchOptions): SilenceWatch {
  let unanswered = 0;
  /** Since when nothing was heard, as far as something was to be heard. */
  let silentSince: number | undefined;
  let clock: NodeJS.Timeout | undefined;
  let isLooking = false;

  const isSilent = (): boolean => silentSince !== undefined && (unanswered > 0 || !isReady());

  function wait(milliseconds: number): void {
    clock ??= setTimeout(() => {
      clock = undefined;
      void look();
    }, milliseconds).unref();
  }

  async function look(): Promise<void> {
    if (isLooking || silentSince === undefined) return;
    if (!isSilent()) {
      silentSince = undefined;
      return;
    }
    const left = silentSince + patience - performance.now();
    if (left > 0) {
      wait(left);
      return;
    }
    isLooking = true;
    try {
      if (await onSilence()) silentSince = undefined;
    } finally {
      isLooking = false;
    }
    if (isSilent()) wait(patience / 5);
  }

  function begin(): void {
    silentSince ??= performance.now();
    wait(patience);
  }

  return {
    asked(answer) {
      unanswered += 1;
      begin();
      const hear = (): void => {
        unanswered -= 1;
        silentSince = unanswered > 0 ? performance.now() : undefined;
      };
      answer.then(hear, hear);
    },
    broke: begin,
  };
}
