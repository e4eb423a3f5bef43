// The caller goes away in every phase of a call, and Ollama stops: it would go on computing. STORM=1 repeats the table ten times.

import { describe } from 'vitest';
import { testDepartures } from './fixtures/disconnect-table.ts';

const line = (content: string, end: object = { done: false }): string =>
  `${JSON.stringify({ model: 'm', created_at: '2025-01-01T00:00:00Z', message: { role: 'assistant', content }, ...end })}\n`;

describe('a caller who goes away from Ollama', () => {
  testDepartures({
    kind: 'ollama',
    routes: ['translated', 'native'],
    chatPath: '/api/chat',
    words: {
      streamType: 'application/x-ndjson',
      role: line(''),
      content: line('first'),
      end: [],
      done: line('', { done: true, done_reason: 'stop', prompt_eval_count: 1, eval_count: 1 }),
      wholeBeginning: '{"model":"m",',
    },
  });
});
