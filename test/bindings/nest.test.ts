import { describeBindings, describeParsers } from './describe-binding.ts';
import { nestBindings, nestParsers } from './nest.ts';

describeBindings(nestBindings);
describeParsers(nestParsers);
