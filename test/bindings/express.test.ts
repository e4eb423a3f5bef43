import { describeBindings, describeParsers } from './describe-binding.ts';
import { expressBindings, expressParsers } from './express.ts';

describeBindings(expressBindings);
describeParsers(expressParsers);
