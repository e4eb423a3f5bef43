import { describeBindings } from './describe-binding.ts';
import { koaBindings } from './koa.ts';

describeBindings(koaBindings);
