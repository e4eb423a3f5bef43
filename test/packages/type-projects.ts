/** A project in which users compile: which of our packages stand in it, beside what. */
export interface TypeProject {
  readonly name: string;
  /** What it installs beside our packages, the compilers and the types of Node. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** Whether one of our packages belongs to it. */
  readonly holds: (name: string) => boolean;
  /** Files of `consumer/` that mount the proxy. */
  readonly mounts: readonly string[];
  /** Where it finds modules in one way only, and others' declarations are not to be judged. */
  readonly bundlesOnly?: boolean;
}

const only = (...rooms: readonly string[]): TypeProject['holds'] => {
  const names = new Set(['core', 'connect', 'mistral', 'ollama', ...rooms].map((room) => `@ai-proxy/${room}`));
  return (name) => names.has(name);
};

/** The newest and the oldest declarations of each framework. */
export const typeProjects: readonly TypeProject[] = [
  {
    name: 'Express 5 and connect',
    dependencies: { '@types/connect': '^3.4.0', '@types/express': '^5.0.0', connect: '^3.0.0', express: '^5.0.0' },
    // The declarations of Koa name a type that the content-disposition of Express no longer has: no project holds both and checks its libraries.
    holds: (name) => name !== '@ai-proxy/koa',
    mounts: ['connect.ts', 'express.ts'],
  },
  {
    name: 'Express 4',
    dependencies: { '@types/express': '^4.17.0', express: '^4.0.0' },
    holds: only('express'),
    mounts: ['express.ts'],
  },
  { name: 'Koa 3', dependencies: { '@types/koa': '^3.0.0', koa: '^3.0.0' }, holds: only('koa'), mounts: ['koa.ts'] },
  { name: 'Koa 2', dependencies: { '@types/koa': '^2.15.0', koa: '^2.0.0' }, holds: only('koa'), mounts: ['koa.ts'] },
  ...['15', '16'].map((major) => ({
    name: `Next.js ${major}`,
    dependencies: { '@types/react': '^19.0.0', next: `^${major}.0.0` },
    holds: only('next'),
    // No TypeScript to whoever checks this repository: Next.js is not installed at its root, and its types change those of Node for all files beside.
    mounts: ['next.txt'],
    bundlesOnly: true,
  })),
];
