import classes from './file-name.module.css';

/** Characters of the end that stay in sight: an extension and the counter before it. */
const TAIL = 12;

/**
 * A file name that gives way in the middle, since inspectors tell images apart by the end of their names. Names
 * written from right to left stay whole and cannot disturb what stands beside them.
 */
export function FileName({ name }: { readonly name: string }) {
  const letters = Array.from(name);
  const cut = letters.length > TAIL * 2 ? letters.length - TAIL : letters.length;
  return (
    <span className={classes.name} dir="auto" title={name}>
      <span className={classes.head}>{letters.slice(0, cut).join('')}</span>
      {cut < letters.length && <span className={classes.tail}>{letters.slice(cut).join('')}</span>}
      {/* Not seen; keeps the name apart from what is read out after it. */}{' '}
    </span>
  );
}
