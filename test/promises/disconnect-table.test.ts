// The caller goes away in every phase of a call, and the provider stops. STORM=1 repeats the table ten times.

import { describe } from 'vitest';
import { testDepartures } from './fixtures/disconnect-table.ts';

const event = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'a', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
describe('a caller who goes away', () => {
  testDepartures({
    kind: 'mistral',
    routes: ['translated', 'native', 'relay'],
    chatPath: '/v1/chat/completions',
    words: {
      streamType: 'text/event-stream',
      role: event({ role: 'assistant', content: '' }),
      content: event({ content: 'first' }),
      end: [event({}, 'stop')],
      done: 'data: [DONE]\n\n',
      wholeBeginning: '{"id":"a",',
    },
  });
});
