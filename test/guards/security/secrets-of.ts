import { hashKey } from '@ai-proxy/auth';

/** What of a key nobody may be told: itself, and what a store keeps of it. */
export const secretsOf = async (key: string): Promise<readonly string[]> => [key, key.slice(3), await hashKey(key)];
