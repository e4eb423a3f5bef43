export { accounts } from './accounts.ts';
export type { AccountsOptions } from './accounts.ts';
export { feedback } from './feedback.ts';
export type { FeedbackOptions } from './feedback.ts';
export { toDollars } from './money.ts';
export { readMoment } from './moments.ts';
