/** What people may see and change of themselves: name, time zone and locale. Everything else others give them. */
import type { ProfileResponse } from '@trellis/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { callerOf } from '../caller.ts';
import type { Parts } from '../parts.ts';
import { isLocale, isTimeZone } from '../preferences.ts';
import { invalidInput, type Reader, readBody, readParameters, requireObject, text } from '../shape.ts';
import { checkPerson } from './setup.ts';

export function profileRoutes(app: FastifyInstance, { engine, identity, preferences }: Parts): void {
  const config = { access: 'session' as const };

  app.get('/me/profile', { config }, (request) => {
    readParameters(request.query, {});
    return load(request);
  });

  app.patch('/me/profile', { config }, async (request) => {
    readParameters(request.query, {});
    const given = requireObject(request.body);
    const body = readBody(given, { name: text, time_zone: text, locale: text } satisfies Record<
      string,
      Reader<string>
    >);
    const { name } = checkPerson({ ...(body.name === undefined ? {} : { name: body.name }) });
    const wishes = { time_zone: body.time_zone, locale: body.locale };
    const faults = [
      ...(wishes.time_zone && !isTimeZone(wishes.time_zone)
        ? [fault('/time_zone', 'There is no such time zone. Give an IANA name such as `Europe/Berlin`.')]
        : []),
      ...(wishes.locale && !isLocale(wishes.locale)
        ? [fault('/locale', 'There is no such locale. Give a tag such as `en-GB`.')]
        : []),
    ];
    if (faults.length > 0) throw invalidInput(faults);
    const { context, workspace, session } = callerOf(request);
    // Null, and blank, mean: as the workspace has it.
    const wish = (property: 'time_zone' | 'locale') =>
      Object.hasOwn(given, property) ? (wishes[property] ?? null) || null : undefined;
    await engine.users.updateOwn(context, {
      name,
      timeZone: wish('time_zone'),
      locale: wish('locale'),
    });
    preferences.forget(workspace, context.userId);
    if (name !== undefined) await identity.refresh(session.identityId);
    return load(request);
  });

  async function load(request: FastifyRequest): Promise<ProfileResponse> {
    const { membership, workspace } = callerOf(request);
    const context = { kind: 'system', workspace, reason: 'own profile' } as const;
    const record = await engine.records.get(context, 'user', membership.userId, [
      'name',
      'time_zone',
      'locale',
    ]);
    return {
      name: String(record.name),
      email: membership.email,
      time_zone: (record.time_zone as string | null) ?? null,
      locale: (record.locale as string | null) ?? null,
    };
  }
}

function fault(pointer: string, message: string) {
  return { code: 'invalid_value', pointer, message };
}
