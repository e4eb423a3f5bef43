import { chatBody } from './chat-body.ts';

/** One kind of request that every subject is asked to carry. */
export interface Row {
  readonly name: string;
  /** `translated`: OpenAI's API in, Mistral's out. `native`: Mistral's own API, through unchanged. */
  readonly face: 'translated' | 'native';
  readonly answer: 'json' | 'stream';
  readonly body: string;
}

/** How many requests a row is measured with, and how many of them are under way at once. */
export interface Amount {
  readonly requests: number;
  readonly concurrency: number;
}

export const rows: readonly Row[] = [
  { name: 'translated JSON', face: 'translated', answer: 'json', body: chatBody({ model: 'mistral/mistral-small-latest' }) },
  {
    name: 'translated stream, 100 events',
    face: 'translated',
    answer: 'stream',
    body: chatBody({ model: 'mistral/mistral-small-latest', stream: true, stream_options: { include_usage: true } }),
  },
  { name: 'native JSON', face: 'native', answer: 'json', body: chatBody({ model: 'mistral-small-latest' }) },
  { name: 'native stream, 100 events', face: 'native', answer: 'stream', body: chatBody({ model: 'mistral-small-latest', stream: true }) },
];
