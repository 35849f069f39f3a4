/** Recovery codes, the one time that they are shown. */
import { Button, CopyButton, Group, Stack, Text } from '@mantine/core';
import { useSignInMessages } from './messages.ts';
import classes from './sign-in.module.css';

interface RecoveryCodesProps {
  readonly email: string;
  readonly codes: readonly string[];
  readonly onKept: () => void;
}

export function RecoveryCodes({ email, codes, onKept }: RecoveryCodesProps) {
  const t = useSignInMessages();
  const text = `${t('factor.fileHead', { email })}\n\n${codes.join('\n')}\n`;
  return (
    <Stack gap="md" role="group" aria-labelledby="recovery-codes">
      <div>
        <Text id="recovery-codes" fw={600}>
          {t('factor.codesTitle')}
        </Text>
        <Text size="sm" c="dimmed">
          {t('factor.codesText')}
        </Text>
      </div>
      <ul className={classes.codes}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Group gap="xs">
        <CopyButton value={codes.join('\n')}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? t('factor.copied') : t('factor.copy')}
            </Button>
          )}
        </CopyButton>
        <Button
          variant="default"
          component="a"
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
          download="recovery-codes.txt"
        >
          {t('factor.download')}
        </Button>
        <Button ms="auto" onClick={onKept}>
          {t('factor.kept')}
        </Button>
      </Group>
    </Stack>
  );
}
