export { webhook } from './webhook.ts';
export type { WebhookOptions, WebhookSink } from './webhook.ts';
