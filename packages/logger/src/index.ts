export { prices } from './prices/index.ts';
export type { PricesOptions } from './prices/index.ts';
export { accounts, feedback } from './reading/index.ts';
export type { AccountsOptions, FeedbackOptions } from './reading/index.ts';
