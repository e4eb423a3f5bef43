export { prices } from './prices/index.ts';
export type { PricesOptions } from './prices/index.ts';
