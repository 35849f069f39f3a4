import type { SearchHit } from '@trellis/api';
import { useTranslation } from 'react-i18next';
import { useFindObject } from '../api.ts';
import { ObjectIcon } from '../ui/ObjectIcon.tsx';
import { Marked } from './Marked.tsx';
import { useMessages } from './messages.ts';
import classes from './search.module.css';

/** A record that was found: its icon, its title, and a line that says where it was found or which one it is. */
export function Hit({ hit }: { readonly hit: SearchHit }) {
  const { t: main } = useTranslation();
  const t = useMessages();
  const object = useFindObject()(hit.object);
  return (
    <>
      <ObjectIcon icon={object?.icon ?? 'file'} color={object?.color ?? 'gray'} size={26} />
      <span className={classes.lines}>
        <span className={classes.name}>
          {hit.name === '' ? main('value.untitled') : <Marked text={hit.name} ranges={hit.ranges} />}
          {hit.rank === 'similar' && <span className={classes.similar}>{t('similar')}</span>}
        </span>
        <SecondLine hit={hit} />
      </span>
    </>
  );
}

function SecondLine({ hit }: { readonly hit: SearchHit }) {
  const details = hit.details.join(' · ');
  // What was found elsewhere explains a hit better than what it belongs to; a name explains itself.
  const isExplained = hit.rank.startsWith('name') && details !== '';
  if (hit.matches.length === 0 || isExplained)
    return details === '' ? null : <span className={classes.second}>{details}</span>;
  return (
    <span className={classes.second}>
      {hit.matches.map((match, index) => (
        <span key={`${match.field} ${match.text}`}>
          {index > 0 && ' · '}
          <span className={classes.field}>{match.label}</span>{' '}
          <Marked text={match.text} ranges={match.ranges} />
        </span>
      ))}
    </span>
  );
}
