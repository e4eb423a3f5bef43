import type { CallerFace } from '@ai-proxy/core';
import { createAnswerEncoder } from './answers/answer-encoder.ts';
import { ollamaErrorBody } from './answers/error-body.ts';
import { readOllamaFaceOptions } from './ollama-face-options.ts';
import type { OllamaFaceOptions } from './ollama-face-options.ts';
import { createOllamaRoutes } from './routes.ts';

/**
 * Lets clients of Ollama's own API call the proxy, and through it every provider: `createProxy({ providers, faces: [ollamaFace()] })`. They
 * find it at `/api/…` below the mount; the mount itself answers `Ollama is running`. Models are named as elsewhere, and `name:latest` is
 * the same as `name`.
 */
export function ollamaFace(options: OllamaFaceOptions = {}): CallerFace {
  const { version } = readOllamaFaceOptions(options);
  return {
    name: 'ollama',
    isNative: false,
    createEncoder: (call) => createAnswerEncoder(call, 'chat'),
    errorBody: ollamaErrorBody,
    match: createOllamaRoutes(version),
  };
}
