'use client';

import type { ReactNode } from 'react';
import { Composer } from './composer';
import { Conversation } from './conversation-view';
import { useChat } from './use-chat';
import { Welcome } from './welcome';

/** The whole page: what was said, and a place to say more. */
export function Chat(): ReactNode {
  const { messages, isAnswering, ask, stop } = useChat();
  return (
    <main className={messages.length === 0 ? 'page page-empty' : 'page'}>
      {messages.length === 0 ? <Welcome onChoose={ask} /> : <Conversation messages={messages} isAnswering={isAnswering} />}
      <footer className="dock">
        <Composer isAnswering={isAnswering} onAsk={ask} onStop={stop} />
      </footer>
    </main>
  );
}
