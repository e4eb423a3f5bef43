/** What every command of keys takes. */
export const storeOptions = {
  json: { type: 'boolean', description: 'Print JSON', default: false },
  database: { type: 'string', description: 'Where the keys are (DATABASE_URL; sqlite:ai-proxy.db)', valueHint: 'url' },
} as const;
