import type { RunningServer } from './serve.ts';

type Told = Pick<RunningServer, 'url' | 'providers' | 'isDemo' | 'asksForKeys' | 'stores' | 'warnings'>;

/** What the command prints once it listens. */
export function banner({ url, providers, isDemo, asksForKeys, stores, warnings }: Told): string {
  const names = providers.map((provider) => provider.name).join(', ');
  const credential = asksForKeys ? ' -H "Authorization: Bearer $KEY"' : '';
  return `
  ai-proxy listens on ${url}
  providers: ${names}
${stores === undefined ? '' : `  ${asksForKeys ? 'ledger and keys' : 'ledger'}: ${stores}\n`}${asksForKeys ? '' : keyless}${warnings
    .map((warning) => `  warning: ${warning}\n`)
    .join('')}${isDemo ? demoNotice : ''}
  Try:
${asksForKeys ? generate(url) : ''}
    curl ${url}/v1/chat/completions${credential} -H 'content-type: application/json' \\
      -d '{"model":"mistral-small-latest","messages":[{"role":"user","content":"Hello"}]}'

    curl -N ${url}/v1/chat/completions${credential} -H 'content-type: application/json' \\
      -d '{"model":"mistral-small-latest","stream":true,"messages":[{"role":"user","content":"Hello"}]}'

    curl ${url}/mistral/v1/ocr${credential} -H 'content-type: application/json' \\
      -d '{"model":"mistral-ocr-latest","document":{"type":"document_url","document_url":"https://example.com/a.pdf"}}'

`;
}

const keyless = `  keys: none are asked for, so it listens on this machine only; AI_PROXY_MASTER_KEY changes that
`;

const generate = (url: string): string => `
    curl ${url}/key/generate -H "Authorization: Bearer $AI_PROXY_MASTER_KEY" -H 'content-type: application/json' -d '{}'
    # {"key":"sk-…", …}: KEY=sk-…
`;

const demoNotice = `
  SIMULATED: no provider is configured, so every answer is made up on this machine
  and carries the header x-ai-proxy-simulated. Set MISTRAL_API_KEY or OLLAMA_HOST for
  real ones.
`;
