import { useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';

interface ComposerProps {
  readonly isAnswering: boolean;
  readonly onAsk: (question: string) => void;
  readonly onStop: () => void;
}

/** Where a question is written, and where an answer is stopped. */
export function Composer({ isAnswering, onAsk, onStop }: ComposerProps): ReactNode {
  const [draft, setDraft] = useState('');
  const question = draft.trim();

  function ask(): void {
    if (question === '' || isAnswering) return;
    setDraft('');
    onAsk(question);
  }

  function askOnEnter(event: KeyboardEvent): void {
    // Enter also confirms what an input method has composed.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    ask();
  }

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <textarea
        aria-label="Your question"
        autoFocus
        placeholder="Ask a question"
        rows={1}
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={askOnEnter}
      />
      {isAnswering ? (
        <button type="button" aria-label="Stop" onClick={onStop}>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <rect x="6" y="6" width="12" height="12" rx="2.5" />
          </svg>
        </button>
      ) : (
        <button type="submit" aria-label="Ask" disabled={question === ''}>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path
              d="M12 19V6m-6 6 6-6 6 6"
              fill="none"
              stroke="currentColor"
              strokeWidth="2.2"
              strokeLinecap="round"
              strokeLinejoin="round"
            />
          </svg>
        </button>
      )}
    </form>
  );
}
