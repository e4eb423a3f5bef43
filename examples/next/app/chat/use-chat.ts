import { useRef, useState } from 'react';
import { withLast } from './conversation';
import type { Message } from './conversation';
import { streamAnswer } from './stream-answer';

export interface ChatState {
  readonly messages: readonly Message[];
  readonly isAnswering: boolean;
  readonly ask: (question: string) => void;
  readonly stop: () => void;
}

/** A conversation, and what can be done with it. */
export function useChat(): ChatState {
  const [messages, setMessages] = useState<readonly Message[]>([]);
  const [isAnswering, setAnswering] = useState(false);
  const leaving = useRef<AbortController>(undefined);

  async function answer(asked: readonly Message[], signal: AbortSignal): Promise<void> {
    const add = (text: string): void => setMessages((all) => withLast(all, (last) => ({ ...last, content: last.content + text })));
    const end = (ending: NonNullable<Message['ending']>): void => setMessages((all) => withLast(all, (last) => ({ ...last, ending })));
    try {
      for await (const text of streamAnswer(asked, signal)) add(text);
      // The SDK takes a stream that was aborted for one that is over.
      if (signal.aborted) end({ kind: 'stopped' });
    } catch (error) {
      end(signal.aborted ? { kind: 'stopped' } : { kind: 'broken', why: error instanceof Error ? error.message : String(error) });
    } finally {
      setAnswering(false);
    }
  }

  return {
    messages,
    isAnswering,
    ask(question) {
      const asked: readonly Message[] = [...messages, { role: 'user', content: question }];
      setMessages([...asked, { role: 'assistant', content: '' }]);
      setAnswering(true);
      leaving.current = new AbortController();
      void answer(asked, leaving.current.signal);
    },
    stop: () => leaving.current?.abort(),
  };
}
