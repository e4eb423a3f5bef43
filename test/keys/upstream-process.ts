// An upstream that answers every chat alike, in a process of its own: what it costs is not the proxy's.
import { createServer } from 'node:http';

const answer = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'mistral-small-latest',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
});

const listing = JSON.stringify({ object: 'list', data: [{ id: 'mistral-small-latest', object: 'model' }] });

const server = createServer((request, response) => {
  const text = request.method === 'GET' ? listing : answer;
  request.resume().on('end', () => response.setHeader('content-type', 'application/json').end(text));
}).listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' && address !== null ? address.port : 0);
});

// It ends with whoever has started it.
process.on('disconnect', () => process.exit(0));
