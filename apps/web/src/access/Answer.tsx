/** Yes or no, and the chain of reasons. */
import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import type { ExplainResponse } from '@trellis/api';
import classes from './Answer.module.css';
import { useExplainMessages } from './messages.ts';

interface AnswerProps {
  readonly answer: ExplainResponse;
  readonly name: string;
  readonly note: string | undefined;
}

export function Answer({ answer, name, note }: AnswerProps) {
  const t = useExplainMessages();
  const Icon = answer.is_allowed ? IconCircleCheck : IconCircleX;
  const reasons = note === undefined ? answer.reasons : [...answer.reasons, note];
  return (
    <div className={classes.root} data-allowed={answer.is_allowed || undefined}>
      <p className={classes.verdict}>
        <Icon size={18} aria-hidden />
        {t(answer.is_allowed ? 'allowed' : 'refused', { name })}
      </p>
      <ol className={classes.reasons} aria-label={t('reasons')}>
        {reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ol>
    </div>
  );
}
