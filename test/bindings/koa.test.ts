import { describeBindings, describeParsers } from './describe-binding.ts';
import { koaBindings, koaParsers } from './koa.ts';

describeBindings(koaBindings);
describeParsers(koaParsers);
