import { describeBindings, describeParsers } from './describe-binding.ts';
import { fastifyBindings, fastifyParsers } from './fastify.ts';

describeBindings(fastifyBindings);
describeParsers(fastifyParsers);
