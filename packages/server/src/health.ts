import type { Handler } from '@ai-proxy/core';

/** `GET /health`: the process is alive. It says nothing about the providers. */
export const health: Handler = async (request) => {
  const path = request.target.split('?', 1)[0];
  if (path !== '/health') return undefined;
  if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, headers: { allow: 'GET, HEAD' } };
  return { status: 200, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' }, body: '{"status":"ok"}' };
};
