/** Name, time zone and locale: what people may change of themselves. */
import { Autocomplete, Button, Select, Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError, type ProfileResponse } from '@trellis/api';
import { useMemo, useState } from 'react';
import { client, keys, useDescribe } from '../api.ts';
import { notifyDone } from '../ui/notify.tsx';
import { PageSkeleton } from '../ui/PageSkeleton.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { useMessages } from './messages.ts';
import { ProfileSection } from './ProfileSection.tsx';
import classes from './profile.module.css';

const PROFILE = ['profile'] as const;
/** Offered first; any other tag can be typed. */
const LOCALES = [
  'en-GB',
  'en-US',
  'de-DE',
  'es-ES',
  'fr-FR',
  'it-IT',
  'nl-NL',
  'pl-PL',
  'pt-BR',
  'sv-SE',
  'ja-JP',
];

export function Details() {
  const t = useMessages();
  const profile = useQuery({ queryKey: PROFILE, queryFn: () => client.profile() });
  return (
    <ProfileSection id="details" title={t('details.title')} about={t('details.about')}>
      {profile.isPending && <PageSkeleton />}
      {profile.isError && <ProblemAlert error={profile.error} onRetry={() => void profile.refetch()} />}
      {profile.data !== undefined && <DetailsForm profile={profile.data} />}
    </ProfileSection>
  );
}

function DetailsForm({ profile }: { profile: ProfileResponse }) {
  const t = useMessages();
  const cache = useQueryClient();
  const { workspace } = useDescribe();
  const [given, setGiven] = useState(profile);
  const zones = useMemo(() => {
    const known = Intl.supportedValuesOf('timeZone');
    return profile.time_zone === null || known.includes(profile.time_zone)
      ? known
      : [profile.time_zone, ...known];
  }, [profile.time_zone]);
  const changed = (['name', 'time_zone', 'locale'] as const).filter((each) => given[each] !== profile[each]);
  const save = useMutation({
    mutationFn: () => client.changeProfile(Object.fromEntries(changed.map((each) => [each, given[each]]))),
    onSuccess: (saved) => {
      cache.setQueryData(PROFILE, saved);
      setGiven(saved);
      notifyDone({ message: t('details.saved') });
      return Promise.all([
        cache.invalidateQueries({ queryKey: keys.me() }),
        cache.invalidateQueries({ queryKey: keys.describe() }),
      ]);
    },
  });
  const entries = save.error instanceof ApiError ? save.error.problem.errors : [];
  const faultAt = (pointer: string) => entries.find((entry) => entry.pointer === pointer)?.message;
  return (
    <form
      className={classes.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="md">
        {save.isError && entries.length === 0 && <ProblemAlert error={save.error} />}
        <TextInput
          label={t('details.name')}
          autoComplete="name"
          required
          value={given.name}
          error={faultAt('/name')}
          onChange={(event) => setGiven({ ...given, name: event.currentTarget.value })}
        />
        <Select
          label={t('details.timeZone')}
          description={t('details.timeZoneHelp')}
          placeholder={t('details.ofWorkspace', { value: workspace.time_zone })}
          searchable
          clearable
          limit={100}
          nothingFoundMessage={t('details.noZone')}
          data={zones}
          value={given.time_zone}
          error={faultAt('/time_zone')}
          onChange={(zone) => setGiven({ ...given, time_zone: zone })}
        />
        <Autocomplete
          label={t('details.locale')}
          description={t('details.localeHelp')}
          placeholder={t('details.ofBrowser')}
          data={LOCALES}
          value={given.locale ?? ''}
          error={faultAt('/locale')}
          onChange={(locale) => setGiven({ ...given, locale: locale === '' ? null : locale })}
        />
        <div>
          <Button type="submit" disabled={changed.length === 0} loading={save.isPending}>
            {t('details.save')}
          </Button>
        </div>
      </Stack>
    </form>
  );
}
