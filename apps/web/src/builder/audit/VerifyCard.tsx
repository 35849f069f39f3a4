/** Whether the chain of the audit log holds, and its head to be noted elsewhere. */
import { Alert, Button, CopyButton, TextInput } from '@mantine/core';
import { IconShieldCheck, IconShieldX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../api.ts';
import { ProblemAlert } from '../../ui/ProblemAlert.tsx';
import parts from '../parts/parts.module.css';
import { Card, Code } from '../parts/small.tsx';
import classes from './Audit.module.css';
import { useAuditMessages } from './messages.ts';

export function VerifyCard() {
  const t = useAuditMessages();
  const [noted, setNoted] = useState('');
  const check = useMutation({
    mutationFn: () => client.verifyAudit(noted.trim() === '' ? undefined : noted.trim()),
  });
  const verdict = check.data;
  const head = verdict && `${verdict.head.number}:${verdict.head.hash}`;
  // Retention took what was noted: nobody has changed anything, and nothing can be said of it any more.
  const isForgotten = verdict?.fault?.code === 'forgotten_head';
  return (
    <div className={classes.verify}>
      <Card title={t('verify.title')}>
        <p className={parts.dim}>{t('verify.text')}</p>
        <form
          className={classes.check}
          onSubmit={(event) => {
            event.preventDefault();
            check.mutate();
          }}
        >
          <TextInput
            label={t('verify.noted')}
            description={t('verify.notedHelp')}
            value={noted}
            onChange={(event) => setNoted(event.currentTarget.value)}
          />
          <Button type="submit" loading={check.isPending}>
            {t('verify.run')}
          </Button>
        </form>
        {check.error !== null && <ProblemAlert error={check.error} />}
        {verdict !== undefined && (
          <Alert
            role="status"
            color={verdict.is_intact ? 'green' : isForgotten ? 'yellow' : 'red'}
            icon={
              verdict.is_intact ? (
                <IconShieldCheck size={18} aria-hidden />
              ) : (
                <IconShieldX size={18} aria-hidden />
              )
            }
            title={
              verdict.is_intact
                ? t('verify.intact', { count: verdict.checked })
                : t(isForgotten ? 'verify.incomparable' : 'verify.broken')
            }
          >
            {verdict.fault !== null && (
              <p>
                {t(`verify.${verdict.fault.code}`, { number: verdict.fault.number, id: verdict.fault.id })}
              </p>
            )}
            {verdict.forgotten > 0 && <p>{t('verify.forgotten', { count: verdict.forgotten })}</p>}
            <p className={classes.head}>
              {t('verify.head')} <Code>{head}</Code>
              <CopyButton value={head ?? ''}>
                {({ copied, copy }) => (
                  <Button variant="default" size="compact-xs" onClick={copy}>
                    {t(copied ? 'verify.copied' : 'verify.copy')}
                  </Button>
                )}
              </CopyButton>
            </p>
            <p>{t('verify.note')}</p>
          </Alert>
        )}
      </Card>
    </div>
  );
}
