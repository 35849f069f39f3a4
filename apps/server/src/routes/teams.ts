/** Teams of a workspace: the only way to write the object `team`, whose records are read like any other. */
import type { TeamResponse } from '@trellis/api';
import type { Team } from '@trellis/engine';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../caller.ts';
import { HttpProblem } from '../http-problem.ts';
import type { Parts } from '../parts.ts';
import { readParameters, requireObject } from '../shape.ts';

interface OfTeam {
  Params: { id: string };
}

export function teamRoutes(app: FastifyInstance, { engine }: Pick<Parts, 'engine'>): void {
  const config = { right: 'manage_users' as const };

  app.get('/teams', { config }, async (request) => {
    readParameters(request.query, {});
    return { teams: await engine.teams.list(callerOf(request).context) };
  });

  app.post('/teams', { config }, async (request, reply): Promise<TeamResponse> => {
    readParameters(request.query, {});
    const team = await engine.teams.create(callerOf(request).context, requireObject(request.body));
    reply.code(201).header('location', `/api/v1/teams/${team.id}`);
    return team;
  });

  app.get<OfTeam>('/teams/:id', { config }, async (request): Promise<TeamResponse> => {
    readParameters(request.query, {});
    return requireTeam(await engine.teams.find(callerOf(request).context, request.params.id));
  });

  app.patch<OfTeam>('/teams/:id', { config }, async (request): Promise<TeamResponse> => {
    readParameters(request.query, {});
    const { context } = callerOf(request);
    const fields = requireObject(request.body);
    const { id } = requireTeam(await engine.teams.find(context, request.params.id));
    return engine.teams.update(context, id, fields);
  });

  app.delete<OfTeam>('/teams/:id', { config }, async (request, reply) => {
    readParameters(request.query, {});
    const { context } = callerOf(request);
    const { id } = requireTeam(await engine.teams.find(context, request.params.id));
    await engine.teams.delete(context, id);
    return reply.code(204).send();
  });
}

function requireTeam(team: Team | undefined): Team {
  if (!team) throw new HttpProblem('unknown_team', 'There is no team with this id in this workspace.');
  return team;
}
