import type { ProviderFromEnvironment } from '@ai-proxy/core';
import { mistral } from './mistral.ts';

/** `MISTRAL_API_KEY` stands for `mistral()`. */
export const mistralFromEnvironment: ProviderFromEnvironment = { variables: ['MISTRAL_API_KEY'], create: () => mistral() };
