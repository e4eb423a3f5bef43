import { describeBindings } from './describe-binding.ts';
import { fastifyBindings } from './fastify.ts';

describeBindings(fastifyBindings);
