import classes from './Kbd.module.css';

/** A key to press, as a hint beside an action. `mod` is Ctrl, or ⌘ on a Mac. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span className={classes.keys} aria-hidden>
      {keys.split('+').map((key) => (
        <kbd key={key} className={classes.key}>
          {key === 'mod' ? (isMac ? '⌘' : 'Ctrl') : key}
        </kbd>
      ))}
    </span>
  );
}

const isMac = /mac|iphone|ipad/i.test(navigator.platform);
