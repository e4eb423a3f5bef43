export type { Caller, CallerAnswer, Handler, Proxy } from '@ai-proxy/core';
export { aiProxy } from './ai-proxy.ts';
export type { AiProxy, AiProxyOptions } from './ai-proxy.ts';
export type { RouteParams } from './caught-target.ts';
export { mount } from './mount.ts';
export type { MountOptions } from './mount-options.ts';
export type { RouteContext, RouteHandler, RouteHandlers } from './route-handlers.ts';
