/**
 * Setting up a second factor: the password once more where it is asked for, the picture and the key, a code that proves
 * it works, and the recovery codes. Used on the profile and where somebody must do it before anything else.
 */
import { Button, CopyButton, Group, PasswordInput, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { ApiError, type SecondFactorOffer } from '@trellis/api';
import { useEffect, useRef, useState } from 'react';
import { client } from '../api.ts';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { useSignInMessages } from './messages.ts';
import { RecoveryCodes } from './RecoveryCodes.tsx';
import classes from './sign-in.module.css';

interface SecondFactorSetupProps {
  readonly email: string;
  readonly onDone: () => void;
  readonly onCancel?: () => void;
}

export function SecondFactorSetup({ email, onDone, onCancel }: SecondFactorSetupProps) {
  const begin = useMutation({
    mutationFn: (password?: string) =>
      client.offerSecondFactor(password === undefined ? {} : { current_password: password }),
  });
  const hasBegun = useRef(false);
  const { mutate } = begin;
  useEffect(() => {
    if (hasBegun.current) return;
    hasBegun.current = true;
    mutate(undefined);
  }, [mutate]);
  if (begin.data !== undefined)
    return (
      <Confirm
        offer={begin.data}
        email={email}
        onDone={onDone}
        {...(onCancel === undefined ? {} : { onCancel })}
      />
    );
  if (begin.isPending || begin.isIdle) return <Skeleton height={184} width={184} role="status" />;
  const asksPassword =
    begin.error instanceof ApiError &&
    (begin.error.problem.code === 'password_required' ||
      begin.error.problem.errors.some(({ pointer }) => pointer === '/current_password'));
  if (!asksPassword) return <ProblemAlert error={begin.error} />;
  return (
    <PasswordAgain
      error={begin.error}
      isPending={begin.isPending}
      onSubmit={(password) => begin.mutate(password)}
      {...(onCancel === undefined ? {} : { onCancel })}
    />
  );
}

interface PasswordAgainProps {
  readonly error: unknown;
  readonly isPending: boolean;
  readonly onSubmit: (password: string) => void;
  readonly onCancel?: () => void;
}

/** The password once more, for what a stolen session must not do. */
export function PasswordAgain({ error, isPending, onSubmit, onCancel }: PasswordAgainProps) {
  const t = useSignInMessages();
  const [password, setPassword] = useState('');
  const entries = error instanceof ApiError ? error.problem.errors : [];
  const fault = entries.find(({ pointer }) => pointer === '/current_password')?.message;
  const isAsking = error instanceof ApiError && error.problem.code === 'password_required';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(password);
      }}
    >
      <Stack gap="md">
        <Text size="sm">{t('factor.passwordText')}</Text>
        {error !== null && error !== undefined && fault === undefined && !isAsking && (
          <ProblemAlert error={error} />
        )}
        <PasswordInput
          label={t('factor.password')}
          autoComplete="current-password"
          required
          data-autofocus
          value={password}
          error={fault}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t('show') }}
        />
        <Group justify="flex-end" gap="xs">
          {onCancel !== undefined && (
            <Button variant="default" onClick={onCancel}>
              {t('factor.cancel')}
            </Button>
          )}
          <Button type="submit" loading={isPending}>
            {t('factor.continue')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Confirm(props: SecondFactorSetupProps & { readonly offer: SecondFactorOffer }) {
  const t = useSignInMessages();
  const { offer, email } = props;
  const [code, setCode] = useState('');
  const confirm = useMutation({ mutationFn: () => client.confirmSecondFactor(code) });
  if (confirm.data !== undefined)
    return <RecoveryCodes email={email} codes={confirm.data.recovery_codes} onKept={props.onDone} />;
  const entries = confirm.error instanceof ApiError ? confirm.error.problem.errors : [];
  const fault = entries.find(({ pointer }) => pointer === '/otp')?.message;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        confirm.mutate();
      }}
    >
      <Stack gap="md">
        <Text size="sm">{t('factor.scan')}</Text>
        <Picture address={offer.address} />
        <div>
          <Text size="sm" c="dimmed">
            {t('factor.typed')}
          </Text>
          <Group gap="xs" wrap="nowrap">
            <Text size="sm" className={classes.key}>
              {offer.secret.replace(/.{4}(?!$)/g, '$& ')}
            </Text>
            <CopyButton value={offer.secret}>
              {({ copied, copy }) => (
                <Button variant="subtle" size="compact-xs" onClick={copy} style={{ flexShrink: 0 }}>
                  {copied ? t('factor.copied') : t('factor.copy')}
                </Button>
              )}
            </CopyButton>
          </Group>
        </div>
        {confirm.isError && fault === undefined && <ProblemAlert error={confirm.error} />}
        <TextInput
          label={t('factor.code')}
          name="otp"
          inputMode="numeric"
          autoComplete="one-time-code"
          required
          maxLength={20}
          value={code}
          error={fault}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Group justify="flex-end" gap="xs">
          {props.onCancel !== undefined && (
            <Button variant="default" onClick={props.onCancel}>
              {t('factor.cancel')}
            </Button>
          )}
          <Button type="submit" loading={confirm.isPending}>
            {t('factor.confirm')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The address as a picture, drawn here: no server sees it. */
function Picture({ address }: { address: string }) {
  const t = useSignInMessages();
  const [path, setPath] = useState<{ readonly size: number; readonly d: string }>();
  useEffect(() => {
    let isWanted = true;
    void import('uqr').then(({ encode }) => {
      if (!isWanted) return;
      const { data, size } = encode(address, { border: 2 });
      const d = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
      setPath({ size, d: d.join('') });
    });
    return () => {
      isWanted = false;
    };
  }, [address]);
  return (
    <div className={classes.picture}>
      {path === undefined ? (
        <Skeleton height={164} />
      ) : (
        <svg
          viewBox={`0 0 ${path.size} ${path.size}`}
          role="img"
          aria-label={t('factor.picture')}
          shapeRendering="crispEdges"
        >
          <path d={path.d} fill="#000000" />
        </svg>
      )}
    </div>
  );
}
