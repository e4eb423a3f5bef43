export { pinoSink } from './pino-sink.ts';
export type { PinoSink, PinoSinkOptions } from './pino-sink.ts';
