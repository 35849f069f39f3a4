/** The first visit: makes the administrator of a fresh installation, exactly once, and signs them in. */
import type { LoginResponse, SetupState } from '@trellis/api';
import { checkPassword, hashPassword, normaliseEmail } from '@trellis/identity';
import type { FastifyInstance } from 'fastify';
import { HttpProblem } from '../http-problem.ts';
import { FIRST_WORKSPACE } from '../install.ts';
import type { Parts } from '../parts.ts';
import { refuseCrossOrigin } from '../same-origin.ts';
import { isEmail } from '../setting-parsers.ts';
import { invalidInput, readBody, readParameters, requireGiven, text } from '../shape.ts';
import { welcome } from './auth.ts';

export function setupRoutes(app: FastifyInstance, parts: Parts): void {
  const { engine, storage, identity, settings, mail, onSetUp } = parts;
  const config = { access: 'public' as const };
  const inTurn = createQueue();

  app.get('/setup', { config }, async (request): Promise<SetupState> => {
    readParameters(request.query, {});
    return {
      needs_setup: (await storage.identities.countIdentities()) === 0,
      sends_mail: mail !== undefined,
    };
  });

  app.post('/setup', { config }, async (request, reply): Promise<LoginResponse> => {
    refuseCrossOrigin(request, settings.publicUrl);
    // Looked at first, so that nobody can make a set-up server hash passwords all day.
    if ((await storage.identities.countIdentities()) > 0) throw alreadySetUp();
    const body = readBody(request.body, { name: text, email: text, password: text });
    requireGiven(body, 'name', 'email', 'password');
    const { name, email, password } = checkPerson(body);
    const passwordHash = await hashPassword(password);
    // One after the other, so that of two who arrive together the second finds the door closed.
    const made = await inTurn(() => engine.createFirstAdministrator({ name, email, passwordHash }));
    if (!made) throw alreadySetUp();
    onSetUp();
    const signedIn = await identity.openSession({
      identityId: made.identityId,
      workspace: FIRST_WORKSPACE,
      method: 'set_up',
      address: request.ip,
      userAgent: request.headers['user-agent'],
    });
    reply.code(201);
    return welcome(request, reply, signedIn, parts);
  });
}

/** Name, address and password of a person, checked and brought into their stored form. */
export function checkPerson<
  T extends { readonly name?: string; readonly email?: string; readonly password?: string },
>(given: T): T {
  const { name, email, password } = given;
  const errors = [];
  if (name !== undefined && (name.trim() === '' || name.length > 200)) {
    errors.push({ code: 'invalid_value', pointer: '/name', message: 'A name has 1 to 200 characters.' });
  }
  if (email !== undefined && !isEmail(email)) {
    errors.push({ code: 'invalid_value', pointer: '/email', message: 'This is no e-mail address.' });
  }
  const names = [name, email].filter((each) => each !== undefined);
  const fault = password === undefined ? undefined : checkPassword(password, names);
  if (fault) errors.push({ code: 'weak_password', pointer: '/password', message: fault });
  if (errors.length > 0) throw invalidInput(errors);
  return {
    ...given,
    ...(name === undefined ? {} : { name: name.trim().normalize('NFC') }),
    ...(email === undefined ? {} : { email: normaliseEmail(email) }),
  };
}

/** Runs what it is given one after the other. */
function createQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}

function alreadySetUp(): HttpProblem {
  return new HttpProblem(
    'already_set_up',
    'This installation has an administrator already. Sign in instead.',
  );
}
