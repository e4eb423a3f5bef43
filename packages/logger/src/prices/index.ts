export { prices } from './prices.ts';
export type { PricesOptions } from './prices.ts';
