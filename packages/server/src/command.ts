import { defineCommand } from 'citty';
import type { CommandDef } from 'citty';
import { banner } from './banner.ts';
import { readServerSettings, SettingsError } from './server-settings.ts';
import { serve } from './serve.ts';
import { version } from './version.ts';

const args = {
  host: { type: 'string', description: 'Address to listen on (HOST; 127.0.0.1)', valueHint: 'address' },
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
    description: 'An AI gateway in front of Mistral, Ollama and OpenAI-compatible servers. "ai-proxy spend" prints what was spent',
  },
  args,
  async run({ args: given, rawArgs }) {
    try {
      const settings = readServerSettings({ ...given, rawArgs }, process.env);
      const server = await serve(settings);
      process.stdout.write(banner(server));
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      process.stderr.write(`ai-proxy: ${error.message}\n`);
      process.exitCode = 1;
    }
  },
});
