import type { FastifyInstance } from 'fastify';
import type { Service } from '../../service.js';
import { requireModel } from '../model-name.js';

export function modelsRoutes(app: FastifyInstance, service: Service): void {
  const entry = () => ({
    id: service.model.id,
    object: 'model',
    created: service.model.createdSeconds,
    owned_by: 'r1-tune',
    max_model_len: service.fleet.current.plan.contextTokens,
  });
  app.get('/v1/models', async () => ({ object: 'list', data: [entry()] }));
  app.get<{ Params: { '*': string } }>('/v1/models/*', async (request) => {
    requireModel(service, request.params['*']);
    return entry();
  });
}
