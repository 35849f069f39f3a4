import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { MeResponse } from '@trellis/api';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { endView } from '../api.ts';
import { addMessages } from '../i18n.ts';
import { notifyProblem } from '../ui/notify.tsx';

const viewEn = {
  label: 'Seen as somebody else',
  text: 'You see the product as {{name}}. Nothing can be changed, and it is recorded. It ends at {{time}}.',
  stop: 'Stop',
};

declare module '../i18n.ts' {
  interface MessageCatalogues {
    view: typeof viewEn;
  }
}

addMessages('view', 'en', viewEn);

interface ViewBannerProps {
  readonly className: string | undefined;
  readonly view: NonNullable<MeResponse['view']>;
  readonly name: string;
}

/** Says, above every page, as whom the product is seen, and ends it by hand or when its time is over. */
export function ViewBanner({ className, view, name }: ViewBannerProps) {
  const { t } = useTranslation('view');
  const end = useMutation({ mutationFn: endView, onError: notifyProblem });
  const { mutate } = end;
  useEffect(() => {
    const timer = setTimeout(mutate, Math.max(0, Date.parse(view.ends_at) - Date.now()));
    return () => clearTimeout(timer);
  }, [view.ends_at, mutate]);
  const time = new Intl.DateTimeFormat(navigator.language, { timeStyle: 'short' }).format(
    new Date(view.ends_at),
  );
  return (
    <section className={className} aria-label={t('label')}>
      <span role="status">{t('text', { name, time })}</span>
      <Button size="compact-sm" color="dark" loading={end.isPending} onClick={() => mutate()}>
        {t('stop')}
      </Button>
    </section>
  );
}
