/** A new password for oneself; all other sessions end with it. */
import { Button, Group, PasswordInput, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ApiError } from '@trellis/api';
import { useState } from 'react';
import { client, useMe } from '../api.ts';
import { NewPasswordInput } from '../sign-in/NewPasswordInput.tsx';
import { notifyDone } from '../ui/notify.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { useMessages } from './messages.ts';
import { ProfileSection } from './ProfileSection.tsx';
import classes from './profile.module.css';
import { SESSIONS } from './Sessions.tsx';

export function Password() {
  const t = useMessages();
  const cache = useQueryClient();
  const { user } = useMe();
  const [isOpen, setOpen] = useState(false);
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const close = () => {
    setOpen(false);
    setCurrent('');
    setNext('');
    save.reset();
  };
  const save = useMutation({
    mutationFn: () => client.changePassword({ current_password: current, new_password: next }),
    onSuccess: async () => {
      notifyDone({ message: t('password.done') });
      close();
      await cache.invalidateQueries({ queryKey: SESSIONS });
    },
  });
  const entries = save.error instanceof ApiError ? save.error.problem.errors : [];
  const faultAt = (pointer: string) => entries.find((entry) => entry.pointer === pointer)?.message;
  return (
    <ProfileSection
      id="password"
      title={t('password.title')}
      about={t('password.about')}
      actions={
        !isOpen && (
          <Button variant="default" onClick={() => setOpen(true)}>
            {t('password.change')}
          </Button>
        )
      }
    >
      {isOpen && (
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
            <input type="hidden" name="username" autoComplete="username" value={user.email} />
            <PasswordInput
              size="sm"
              label={t('password.current')}
              autoComplete="current-password"
              required
              autoFocus
              value={current}
              error={faultAt('/current_password')}
              onChange={(event) => setCurrent(event.currentTarget.value)}
              visibilityToggleButtonProps={{ 'aria-label': t('password.show') }}
            />
            <NewPasswordInput value={next} error={faultAt('/new_password')} onChange={setNext} />
            <Group gap="xs">
              <Button type="submit" loading={save.isPending}>
                {t('password.submit')}
              </Button>
              <Button variant="default" onClick={close}>
                {t('keys.cancel')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </ProfileSection>
  );
}
