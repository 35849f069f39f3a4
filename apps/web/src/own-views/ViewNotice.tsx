import { Button } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import type { MissingPart, ObjectDescription, ViewDescription } from '@trellis/forms';
import { useDisplay } from '../runtime/use-display.ts';
import { useMessages } from './messages.ts';
import classes from './own-views.module.css';
import { useOwnViews } from './use-own-views.ts';
import type { ViewDraft } from './view-draft.ts';

interface ViewNoticeProps {
  readonly description: ObjectDescription;
  readonly view: ViewDescription;
  readonly draft: ViewDraft;
  readonly mayChange: boolean;
  onPick(view: string): void;
  onDiscard(): void;
}

/** Says what of a view is not shown any more, or that the one of the address is not there. */
export function ViewNotice({ description, view, draft, mayChange, onPick, onDiscard }: ViewNoticeProps) {
  const t = useMessages();
  const { locale } = useDisplay();
  const own = useOwnViews(description, onPick);
  const missing = view.missing ?? [];
  const nameOf = ({ part, label }: MissingPart) =>
    label === null ? t(`missingUnknown.${part}`) : t(`missingPart.${part}`, { label });
  const parts = new Intl.ListFormat(locale, { type: 'conjunction' }).format([
    ...new Set(missing.map(nameOf)),
  ]);
  return (
    <div role="status" className={classes.notice}>
      <IconInfoCircle size={16} stroke={1.75} aria-hidden className={classes.noticeIcon} />
      {missing.length === 0 ? (
        <span>{t('unknownView', { view: view.label })}</span>
      ) : (
        <>
          <span>
            {t('missing')} {parts}.
          </span>
          {mayChange && (
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => void own.save(view, draft).then((isSaved) => isSaved && onDiscard())}
            >
              {t('keepRest')}
            </Button>
          )}
        </>
      )}
    </div>
  );
}
