import { Button, NumberInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Scale } from '../../src-shared/scale.ts';
import { KeyHint } from '../keys/key-hint.tsx';
import { useDenied } from '../state/people.ts';
import { useSizeText } from '../ui/size-text.ts';
import { type PointerStore, usePointer } from './pointer-state.ts';
import { type Ruler, rulerLength, scaleFrom } from './ruler.ts';
import classes from './ruler-bar.module.css';
import { reset } from './viewer-actions.ts';
import type { Size } from './viewport.ts';

interface RulerBarProps {
  readonly pointer: PointerStore;
  readonly image: Size;
  /** What the ruler measures with; null: pixels. */
  readonly scale: Scale | null;
  onScale(scale: Scale): void;
}

/** What the ruler measures and with which scale; once it is set, how long it really is can be said. */
export function RulerBar({ pointer, image, scale, onScale }: RulerBarProps) {
  const { t } = useTranslation('viewer');
  const text = useSizeText();
  const drawing = usePointer(pointer, (state) => state.drawing);
  if (drawing?.kind !== 'ruler') return null;
  const doubt = scale && text.doubt(scale, image);
  return (
    <section className={classes.bar} aria-label={t('ruler.title')} data-testid="ruler">
      <div className={classes.row}>
        {/* Read out when it is set, not at every movement. */}
        <output className={classes.length} aria-live={drawing.isFixed ? 'polite' : 'off'}>
          {text.length(rulerLength(drawing), scale)}
        </output>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconX size={14} />}
          rightSection={<KeyHint action={reset} />}
          onClick={() => pointer.setState({ drawing: null })}
        >
          {t('ruler.remove')}
        </Button>
      </div>
      <span className={classes.note}>{scale ? text.scale(scale) : t('ruler.no-scale')}</span>
      {doubt && <span className={classes.doubt}>{doubt}</span>}
      {drawing.isFixed && <KnownLength ruler={drawing} image={image} onScale={onScale} />}
    </section>
  );
}

/** "This is … mm": the scale of the batch from now on. */
function KnownLength({
  ruler,
  image,
  onScale,
}: Pick<RulerBarProps, 'image' | 'onScale'> & { readonly ruler: Ruler }) {
  const { t } = useTranslation('viewer');
  const denied = useDenied()('batches.changeScale');
  const [millimetres, setMillimetres] = useState<number | string>('');
  const scale = typeof millimetres === 'number' ? scaleFrom(ruler, millimetres, image) : null;
  return (
    <form
      className={classes.row}
      onSubmit={(event) => {
        event.preventDefault();
        if (scale && !denied.disabled) onScale(scale);
      }}
    >
      <NumberInput
        className={classes.known ?? ''}
        size="xs"
        hideControls
        allowNegative={false}
        suffix=" mm"
        maxLength={16}
        aria-label={t('ruler.known')}
        placeholder={t('ruler.known-example')}
        value={millimetres}
        {...denied}
        onChange={setMillimetres}
      />
      <Button size="compact-sm" type="submit" disabled={scale === null} {...denied}>
        {t('ruler.set-scale')}
      </Button>
    </form>
  );
}
