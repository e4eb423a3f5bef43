import { defineCommand } from 'citty';
import type { CommandDef } from 'citty';
import { banner } from './banner.ts';
import { checkArguments } from './check-arguments.ts';
import { withOneLineErrors } from './one-line-errors.ts';
import { readServerSettings } from './server-settings.ts';
import { serve } from './serve.ts';
import { version } from './version.ts';

const args = {
  host: {
    type: 'string',
    description: 'Address to listen on (HOST; 127.0.0.1); others than this machine need AI_PROXY_MASTER_KEY',
    valueHint: 'address',
  },
  port: { type: 'string', description: 'Port to listen on (PORT; 8787)', valueHint: 'number' },
  cors: { type: 'string', description: 'Origins whose pages may call, separated by commas (AI_PROXY_CORS; none)', valueHint: 'origins' },
  hosts: { type: 'string', description: 'Host names that a server in front hands on (AI_PROXY_HOSTS; none)', valueHint: 'names' },
  demo: { type: 'boolean', description: 'Serve simulated models when nothing real is configured', default: false },
} as const;

/** `ai-proxy`: the proxy as a process of its own. */
export const command: CommandDef<typeof args> = defineCommand({
  meta: {
    name: 'ai-proxy',
    version,
    description:
      'An AI gateway in front of Mistral, Ollama and OpenAI-compatible servers. With AI_PROXY_MASTER_KEY it asks callers for keys, kept where DATABASE_URL ' +
      'and REDIS_URL say. "ai-proxy keys" makes and revokes keys, "ai-proxy spend" prints what was spent',
  },
  args,
  run: async ({ args: given, rawArgs }) =>
    withOneLineErrors(async () => {
      checkArguments('ai-proxy', rawArgs, args);
      process.stdout.write(banner(await serve(readServerSettings(given, process.env))));
    }),
});
