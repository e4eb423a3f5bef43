import { chatBody, ollamaChatBody } from './chat-body.ts';

/** What is sent where. */
export interface Request {
  readonly path: string;
  readonly body: string;
}

/** One kind of request that every subject is asked to carry. */
export interface Row {
  readonly name: string;
  /** Whose API is asked in the end. */
  readonly upstream: 'mistral' | 'ollama';
  /** `translated`: OpenAI's API in, the upstream's out. `native`: the upstream's own API, through unchanged. */
  readonly face: 'translated' | 'native';
  readonly answer: 'json' | 'stream';
  /** What the upstream itself is asked, and the subjects that copy. */
  readonly copied: Request;
  /** What ours is asked, below its mount. */
  readonly ours: Request;
}

/** How many requests a row is measured with, and how many of them are under way at once. */
export interface Amount {
  readonly requests: number;
  readonly concurrency: number;
}

/** Mistral's API is so near to OpenAI's that one body serves both. */
function mistralRow(name: string, face: Row['face'], answer: Row['answer'], body: string): Row {
  const path = face === 'translated' ? '/ai/v1/chat/completions' : '/ai/mistral/v1/chat/completions';
  return { name, upstream: 'mistral', face, answer, copied: { path: '/v1/chat/completions', body }, ours: { path, body } };
}

const streamed = { stream: true, stream_options: { include_usage: true } };

export const rows: readonly Row[] = [
  mistralRow('translated JSON', 'translated', 'json', chatBody({ model: 'mistral/mistral-small-latest' })),
  mistralRow('translated stream, 100 events', 'translated', 'stream', chatBody({ model: 'mistral/mistral-small-latest', ...streamed })),
  mistralRow('native JSON', 'native', 'json', chatBody({ model: 'mistral-small-latest' })),
  mistralRow('native stream, 100 events', 'native', 'stream', chatBody({ model: 'mistral-small-latest', stream: true })),
  {
    name: 'Ollama stream, 100 lines',
    upstream: 'ollama',
    face: 'translated',
    answer: 'stream',
    copied: { path: '/api/chat', body: JSON.stringify(ollamaChatBody) },
    ours: { path: '/ai/v1/chat/completions', body: chatBody({ model: 'ollama/llama3.2', ...streamed }) },
  },
];
