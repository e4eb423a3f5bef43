import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import type { Message } from './conversation';

interface ConversationProps {
  readonly messages: readonly Message[];
  readonly isAnswering: boolean;
}

/** What was said, the newest in view for as long as nobody scrolls away from it. */
export function Conversation({ messages, isAnswering }: ConversationProps): ReactNode {
  const isFollowing = useRef(true);

  useEffect(() => {
    const look = (): void => {
      const { scrollHeight } = document.documentElement;
      isFollowing.current = window.innerHeight + window.scrollY > scrollHeight - 80;
    };
    window.addEventListener('scroll', look, { passive: true });
    return () => window.removeEventListener('scroll', look);
  }, []);

  useEffect(() => {
    isFollowing.current = true;
  }, [messages.length]);

  useEffect(() => {
    if (isFollowing.current) window.scrollTo({ top: document.documentElement.scrollHeight });
  }, [messages]);

  return (
    <section className="conversation" aria-label="Conversation">
      {messages.map((message, index) =>
        message.role === 'user' ? (
          <Question key={index} text={message.content} />
        ) : (
          <Answer key={index} message={message} isComing={isAnswering && index === messages.length - 1} />
        ),
      )}
    </section>
  );
}

function Question({ text }: { readonly text: string }): ReactNode {
  return <p className="question">{text}</p>;
}

function Answer({ message, isComing }: { readonly message: Message; readonly isComing: boolean }): ReactNode {
  const { content, ending } = message;
  return (
    <article className="answer" aria-busy={isComing} aria-live="polite">
      <p className={isComing ? 'coming' : undefined}>{content}</p>
      {ending?.kind === 'stopped' && <p className="ending">Stopped</p>}
      {ending?.kind === 'broken' && (
        <p className="ending broken" role="alert">
          The answer broke off. {ending.why}
        </p>
      )}
    </article>
  );
}
