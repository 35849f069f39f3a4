/**
 * Puts single sign-on together: the identity room says who somebody is, the engine gives them their account and what
 * their groups stand for, and a session is opened as for anybody else. In: what a provider sent a browser back with.
 * Out: a session, or `SignOnError` with the reason.
 */
import { EngineError } from '@trellis/engine';
import {
  type Arrival,
  createSingleSignOn,
  type Identity,
  IdentityError,
  normaliseEmail,
  type SignedIn,
  SignOnError,
  type SingleSignOn,
} from '@trellis/identity';
import type { Parts } from './parts.ts';
import type { Settings } from './settings.ts';
import type { ConfiguredProvider } from './sso-settings.ts';

type Log = { warn(details: object, message: string): void; info(details: object, message: string): void };

export interface SignOnDesk extends SingleSignOn {
  /** Signs in who has arrived. @throws SignOnError with any of its codes */
  signIn(
    arrival: Arrival,
    request: { readonly address: string; readonly userAgent: string | undefined; readonly log: Log },
  ): Promise<SignedIn>;
}

/** The desk for the providers of the settings; without any it knows no provider. */
export function createSignOnDesk({
  engine,
  storage,
  identity,
  workspaces,
  settings,
  secrets,
}: Pick<Parts, 'engine' | 'storage' | 'identity' | 'workspaces' | 'secrets'> & {
  readonly settings: Pick<Settings, 'ssoProviders' | 'emergencyEmails' | 'publicUrl'>;
}): SignOnDesk {
  const desk = createSingleSignOn({
    store: { ...storage.singleSignOn, findByEmail: storage.identities.findByEmail },
    providers: settings.ssoProviders,
    origin: settings.publicUrl?.origin ?? '',
    callbackPath: '/api/v1/auth/sso/{provider}/callback',
    signedOutPath: '/login',
    emergencyEmails: settings.emergencyEmails,
    secrets,
  });

  async function signIn(
    arrival: Arrival,
    { log, ...request }: Parameters<SignOnDesk['signIn']>[1],
  ): Promise<SignedIn> {
    const provider = settings.ssoProviders.find(({ name }) => name === arrival.provider.name)!;
    const recognised = await desk.recognise(arrival);
    const known = 'identity' in recognised ? recognised.identity : undefined;
    const { email, name } =
      known ?? (recognised as Exclude<typeof recognised, { identity: unknown }>).newcomer;
    const identityId = await admit(provider, { arrival, identityId: known?.id, email, name }, log);
    const signedIn = await open(identity, {
      ...request,
      method: 'single_sign_on',
      identityId,
      workspace: arrival.workspace ?? provider.workspace,
    });
    await desk.remember(signedIn.token, arrival);
    return signedIn;
  }

  async function admit(
    provider: ConfiguredProvider,
    person: {
      readonly arrival: Arrival;
      readonly identityId: string | undefined;
      readonly email: string;
      readonly name: string;
    },
    log: Log,
  ): Promise<string> {
    const { arrival, identityId } = person;
    const isMember =
      identityId !== undefined &&
      (await storage.identities.memberships(identityId)).some(
        (each) => each.workspace === provider.workspace,
      );
    // Who belongs elsewhere only, and is not given an account here, works where they belong.
    if (identityId !== undefined && !isMember && !provider.createsUsers) return identityId;
    const workspace = await workspaces.find(provider.workspace);
    if (!workspace) throw new SignOnError('no_workspace', 'The workspace of this provider is not there.');
    const { issuer } = provider;
    try {
      const { user, notes } = await engine.users.admit(
        { kind: 'system', workspace, reason: `single sign-on by ${provider.name}` },
        {
          identityId,
          email: person.email,
          name: person.name,
          link: { issuer, subject: arrival.claims.subject },
          initialPermissionSets: provider.initialPermissionSets,
          permissionSets: mapSets(provider, arrival.claims.groups),
          role: mapRole(provider, arrival.claims.groups),
        },
      );
      for (const note of notes) log.warn({ user: user.id, provider: provider.name }, note);
      const behind = await storage.identities.findIdentityOfUser(workspace, user.id);
      // What was remembered of their rights is from before.
      identity.refresh(behind!.id);
      return behind!.id;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      log.warn(
        { err: error, errors: error.errors, provider: provider.name },
        'Single sign-on could not make an account.',
      );
      const isTaken = error.code === 'unique_violation';
      throw isTaken
        ? new SignOnError('not_linked', 'There is an account with this address already.', error)
        : new SignOnError('no_account', 'The account could not be made.', error);
    }
  }

  return { ...desk, signIn };
}

/** Whose passwords are taken: with single sign-on only, those of emergency accounts. */
export function passwordRule({
  isSsoOnly,
  emergencyEmails,
}: Pick<Settings, 'isSsoOnly' | 'emergencyEmails'>): (email: string) => boolean {
  const emergency = new Set(emergencyEmails.map(normaliseEmail));
  return (email) => !isSsoOnly || emergency.has(email);
}

/** The sets that the settings give to a person's groups, and all that they speak of. */
function mapSets({ permissionSetsByGroup: map }: ConfiguredProvider, groups: readonly string[]) {
  if (!map) return undefined;
  const own = new Set(groups);
  return {
    given: Object.entries(map).flatMap(([group, sets]) => (own.has(group) ? sets : [])),
    governed: Object.values(map).flat(),
  };
}

function mapRole({ roleByGroup: map }: ConfiguredProvider, groups: readonly string[]) {
  if (!map) return undefined;
  const own = new Set(groups);
  return {
    given: Object.entries(map).find(([group]) => own.has(group))?.[1],
    governed: Object.values(map),
  };
}

async function open(
  identity: Pick<Identity, 'openSession'>,
  request: Parameters<Identity['openSession']>[0],
): Promise<SignedIn> {
  try {
    return await identity.openSession(request);
  } catch (error) {
    if (!(error instanceof IdentityError) || error.code !== 'no_workspace') throw error;
    throw new SignOnError('account_inactive', 'Your account is switched off.', error);
  }
}
