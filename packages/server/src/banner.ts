import type { RunningServer } from './serve.ts';

/** What the command prints once it listens. */
export function banner({ url, providers, isDemo, ledger }: Pick<RunningServer, 'url' | 'providers' | 'isDemo' | 'ledger'>): string {
  const names = providers.map((provider) => provider.name).join(', ');
  return `
  ai-proxy listens on ${url}
  providers: ${names}
${ledger === undefined ? '' : `  ledger: ${ledger}\n`}${isDemo ? demoNotice : ''}
  Try:

    curl ${url}/v1/chat/completions -H 'content-type: application/json' \\
      -d '{"model":"mistral-small-latest","messages":[{"role":"user","content":"Hello"}]}'

    curl -N ${url}/v1/chat/completions -H 'content-type: application/json' \\
      -d '{"model":"mistral-small-latest","stream":true,"messages":[{"role":"user","content":"Hello"}]}'

    curl ${url}/mistral/v1/ocr -H 'content-type: application/json' \\
      -d '{"model":"mistral-ocr-latest","document":{"type":"document_url","document_url":"https://example.com/a.pdf"}}'

`;
}

const demoNotice = `
  SIMULATED: no provider is configured, so every answer is made up on this machine
  and carries the header x-ai-proxy-simulated. Set MISTRAL_API_KEY or OLLAMA_HOST for
  real ones.
`;
