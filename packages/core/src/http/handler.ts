import type { HttpReply } from './reply.ts';
import type { HttpRequest } from './request.ts';

/** Anything that answers HTTP. Nothing as an answer means: not mine, ask the next one. */
export type Handler = (request: HttpRequest) => Promise<HttpReply | undefined>;
