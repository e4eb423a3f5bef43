import { mistral } from '@ai-proxy/mistral';
import { aiProxy } from '@ai-proxy/next';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = aiProxy({
  providers: [mistral()],
  aliases: { chat: 'mistral/mistral-small-latest' },
});
