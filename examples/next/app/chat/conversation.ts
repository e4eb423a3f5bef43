/** One thing that was said. */
export interface Message {
  readonly role: 'user' | 'assistant';
  readonly content: string;
  /** How an answer came to its end, where it is not the one that it should have come to. */
  readonly ending?: { readonly kind: 'stopped' } | { readonly kind: 'broken'; readonly why: string };
}

/** The conversation with its last message changed. */
export function withLast(messages: readonly Message[], change: (last: Message) => Message): readonly Message[] {
  return messages.map((message, index) => (index === messages.length - 1 ? change(message) : message));
}
