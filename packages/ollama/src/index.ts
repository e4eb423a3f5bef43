export { ollamaFace } from './face/ollama-face.ts';
export type { OllamaFaceOptions } from './face/ollama-face-options.ts';
export { ollamaFromEnvironment } from './from-environment.ts';
export { ollama } from './ollama.ts';
export type { OllamaOptions } from './options/ollama-options.ts';
