import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSettings, SETTINGS, type SettingsError } from '../src/settings.ts';
import { renderSettingsPage, SETTINGS_PAGE } from '../src/settings-page.ts';

const faultsOf = (environment: Record<string, string>) => {
  try {
    readSettings(environment);
    return [];
  } catch (error) {
    return (error as SettingsError).faults;
  }
};

describe('settings', () => {
  it('have a default each', () => {
    const { settings, warnings } = readSettings({});
    expect(settings).toMatchObject({
      port: 3000,
      logLevel: 'info',
      logFormat: 'json',
      loadsDemo: false,
      trustProxy: false,
    });
    expect(settings.dataDirectory).toMatch(/\/\.data$/);
    expect(warnings).toEqual([]);
    expect(readSettings({}, { isTerminal: true }).settings.logFormat).toBe('text');
  });

  it('take what is given, and empty for not given', () => {
    const { settings } = readSettings({
      PORT: '8080',
      HOST: '',
      TRELLIS_DEMO: '1',
      TRELLIS_DATA_DIR: '/var/lib/trellis',
      TRELLIS_ADMIN_EMAIL: 'ada@example.com',
      TRELLIS_ADMIN_PASSWORD: ' blanks count here ',
      TRELLIS_TRUST_PROXY: '10.0.0.0/8, loopback',
      TRELLIS_PUBLIC_URL: 'https://crm.example.com/',
      TRELLIS_SESSION_HOURS: '24',
    });
    expect(settings).toMatchObject({
      port: 8080,
      host: undefined,
      loadsDemo: true,
      dataDirectory: '/var/lib/trellis',
      administrator: { email: 'ada@example.com', password: ' blanks count here ' },
      trustProxy: '10.0.0.0/8,loopback',
      sessionIdleSeconds: 86_400,
      sessionSeconds: 86_400,
    });
    expect(settings.publicUrl!.origin).toBe('https://crm.example.com');
  });

  it('describe one provider of single sign-on, or several', () => {
    const one = {
      TRELLIS_PUBLIC_URL: 'https://crm.example.com',
      TRELLIS_OIDC_ISSUER: 'https://login.example.com/realms/work',
      TRELLIS_OIDC_CLIENT_ID: 'crm',
    };
    expect(readSettings(one).settings.ssoProviders).toMatchObject([
      { name: 'sso', label: 'login.example.com', createsUsers: true, linksByEmail: false, workspace: 'main' },
    ]);
    const several = {
      TRELLIS_PUBLIC_URL: 'https://crm.example.com',
      TRELLIS_OIDC_PROVIDERS: 'google, okta',
      TRELLIS_OIDC_GOOGLE_ISSUER: 'https://accounts.google.com',
      TRELLIS_OIDC_GOOGLE_CLIENT_ID: 'g',
      TRELLIS_OIDC_GOOGLE_DOMAINS: 'Example.com',
      TRELLIS_OIDC_OKTA_ISSUER: 'https://example.okta.com',
      TRELLIS_OIDC_OKTA_CLIENT_ID: 'o',
      TRELLIS_OIDC_OKTA_ROLES: '{"leads": "manager"}',
    };
    const { settings, warnings } = readSettings(several);
    expect(settings.ssoProviders).toMatchObject([
      { name: 'google', domains: ['example.com'] },
      { name: 'okta', roleByGroup: { leads: 'manager' } },
    ]);
    expect(warnings).toEqual([]);
  });

  it('are refused where single sign-on would be unsafe, or lock everybody out', () => {
    const faults = faultsOf({
      TRELLIS_SSO_ONLY: '1',
      TRELLIS_OIDC_ISSUER: 'http://login.example.com',
      TRELLIS_OIDC_CLIENT_ID: 'crm',
      TRELLIS_OIDC_TRUST_EMAIL: '1',
      TRELLIS_OIDC_PERMISSION_SETS: '{"sales": "sales_rep"}',
      TRELLIS_OIDC_SCOPES: 'email',
    });
    expect(faults.map((each) => each.split(' ')[0]).sort()).toEqual([
      'TRELLIS_OIDC_ISSUER',
      'TRELLIS_OIDC_ISSUER',
      'TRELLIS_OIDC_PERMISSION_SETS',
      'TRELLIS_OIDC_SCOPES',
      'TRELLIS_OIDC_TRUST_EMAIL',
      'TRELLIS_SSO_ONLY',
      'TRELLIS_SSO_ONLY',
    ]);
    expect(
      faultsOf({ TRELLIS_OIDC_ISSUER: 'https://login.example.com', TRELLIS_OIDC_CLIENT_ID: 'crm' }),
    ).toEqual([expect.stringContaining('TRELLIS_PUBLIC_URL')]);
  });

  it('report all faults at once', () => {
    const faults = faultsOf({
      PORT: '70000',
      DATABASE_URL: 'mysql://root:secret@db/x',
      TRELLIS_ADMIN_PASSWORD: 'short',
      TRELLIS_LOG_LEVEL: 'loud',
      TRELLIS_DEMO: 'maybe',
      TRELLIS_PUBLIC_URL: 'crm.example.com',
      TRELLIS_RATE_LIMIT: '0',
      TRELLIS_TRUST_PROXY: 'everyone',
    });
    expect(faults).toHaveLength(9);
    expect(faults).toContain('PORT must be a whole number from 0 to 65535.');
    expect(faults).toContain('TRELLIS_ADMIN_EMAIL and TRELLIS_ADMIN_PASSWORD must be given both or neither.');
    expect(faults.join()).not.toContain('secret');
    expect(faults.join()).not.toContain('short');
  });

  it('name a variable that nothing reads', () => {
    expect(readSettings({ TRELLIS_RATELIMIT: '5' }).warnings).toEqual([
      'Nothing reads the variable TRELLIS_RATELIMIT. Did you mean TRELLIS_RATE_LIMIT?',
    ]);
  });

  it('are listed in docs/configuration.md as they are', () => {
    const page = readFileSync(SETTINGS_PAGE, 'utf8');
    expect(page, 'run `node apps/server/src/settings-page.ts`').toBe(renderSettingsPage());
    for (const { variable } of Object.values(SETTINGS)) expect(page).toContain(`\`${variable}\``);
  });
});
