import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useObject } from '../../api.ts';
import classes from './PeekPanel.module.css';
import { RecordView } from './RecordView.tsx';

interface PeekPanelProps {
  readonly object: string;
  readonly id: string;
  onClose(): void;
}

/** A record beside the list that it was found in. */
export function PeekPanel({ object, id, onClose }: PeekPanelProps) {
  const { t } = useTranslation();
  const description = useObject(object);
  const [tab, setTab] = useState<string>();
  const [editing, setEditing] = useState<string>();
  return (
    <aside className={classes.panel} aria-label={t('record.peek')}>
      <RecordView
        description={description}
        id={id}
        variant="peek"
        tab={tab}
        onTab={setTab}
        isEditing={editing === id}
        onEditing={(isEditing) => setEditing(isEditing ? id : undefined)}
        onGone={onClose}
        onClose={onClose}
      />
    </aside>
  );
}
