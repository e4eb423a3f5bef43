import { nextBindings } from '../bindings/next.ts';
import { describeGuards } from './describe-guards.ts';

// Methods that no route can export, and the mount with a slash behind it.
describeGuards(nextBindings, { methods: ['PROPFIND'], paths: ['/'] });
