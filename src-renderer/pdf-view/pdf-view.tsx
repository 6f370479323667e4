import { Alert, Center, Group, Loader, Text } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import {
  IconArrowAutofitWidth,
  IconChevronLeft,
  IconChevronRight,
  IconZoomIn,
  IconZoomOut,
} from '@tabler/icons-react';
import { type KeyboardEvent, useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../keys/action-button.tsx';
import { useFormat } from '../ui/use-format.ts';
import { type OpenPdf, openPdf } from './pdf-document.ts';
import { PdfPage } from './pdf-page.tsx';
import classes from './pdf-view.module.css';
import { zoomStep } from './zoom-step.ts';

interface PdfViewProps {
  /** Where the PDF is; another address is another PDF. */
  readonly address: string;
  readonly label: string;
}

/** A PDF page by page: with buttons, and by keyboard while it has the focus. */
export function PdfView({ address, label }: PdfViewProps) {
  const { t } = useTranslation('reports');
  const { pdf, problem, fail } = usePdf(address);
  if (problem !== null) {
    return (
      <Alert color="red" role="alert" m="md" title={t('pdf.failed')}>
        {problem}
      </Alert>
    );
  }
  if (!pdf) {
    return (
      <Center flex={1} mih={120}>
        <Loader size="sm" aria-label={t('pdf.loading')} />
      </Center>
    );
  }
  return <Pages key={address} pdf={pdf} label={label} onFailure={fail} />;
}

function usePdf(address: string) {
  const [state, setState] = useState<{ readonly pdf: OpenPdf | null; readonly problem: string | null }>({
    pdf: null,
    problem: null,
  });
  const fail = useCallback((error: unknown) => {
    setState({ pdf: null, problem: error instanceof Error ? error.message : String(error) });
  }, []);
  useEffect(() => {
    const abort = new AbortController();
    setState({ pdf: null, problem: null });
    let close = () => {};
    openPdf(address, abort.signal)
      .then((pdf) => {
        if (abort.signal.aborted) return pdf.close();
        close = pdf.close;
        setState({ pdf, problem: null });
      })
      .catch((error: unknown) => {
        if (!abort.signal.aborted) fail(error);
      });
    return () => {
      abort.abort();
      close();
    };
  }, [address, fail]);
  return { ...state, fail };
}

function Pages({
  pdf: { document },
  label,
  onFailure,
}: {
  readonly pdf: OpenPdf;
  readonly label: string;
  onFailure(error: unknown): void;
}) {
  const { t } = useTranslation('reports');
  const { ref: room, width } = useElementSize();
  const paper = useRef<HTMLElement>(null);
  const [number, setNumber] = useState(1);
  const [zoom, setZoom] = useState<number | 'fit'>('fit');
  const [scale, setScale] = useState(1);
  const pages = document.numPages;
  const go = (to: number) => {
    setNumber(Math.min(Math.max(to, 1), pages));
    paper.current?.scrollTo({ top: 0 });
  };
  const press = (event: KeyboardEvent) => {
    const actions: Record<string, () => void> = {
      PageDown: () => go(number + 1),
      PageUp: () => go(number - 1),
      ArrowRight: () => go(number + 1),
      ArrowLeft: () => go(number - 1),
      Home: () => go(1),
      End: () => go(pages),
      '+': () => setZoom(zoomStep(scale, 1)),
      '=': () => setZoom(zoomStep(scale, 1)),
      '-': () => setZoom(zoomStep(scale, -1)),
      '0': () => setZoom('fit'),
    };
    const act = actions[event.key];
    if (!act || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    act();
  };
  return (
    <div className={classes.view} data-testid="pdf" data-pages={pages}>
      <Bar {...{ number, pages, scale, zoom }} onPage={go} onZoom={setZoom} />
      <section
        ref={paper}
        className={classes.paper}
        aria-label={t('pdf.pages', { label })}
        aria-describedby="pdf-keys"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and has keys
        tabIndex={0}
        onKeyDown={press}
      >
        <div ref={room} className={classes.room}>
          {width > 0 && (
            <PdfPage
              {...{ document, number, zoom, width, onFailure }}
              label={t('pdf.page', { page: number, pages })}
              onScale={setScale}
            />
          )}
        </div>
      </section>
      <Text id="pdf-keys" size="xs" c="dimmed" className={classes.keys}>
        {t('pdf.keys')}
      </Text>
    </div>
  );
}

interface BarProps {
  readonly number: number;
  readonly pages: number;
  readonly scale: number;
  readonly zoom: number | 'fit';
  onPage(number: number): void;
  onZoom(zoom: number | 'fit'): void;
}

function Bar({ number, pages, scale, zoom, onPage, onZoom }: BarProps) {
  const { t } = useTranslation('reports');
  const format = useFormat();
  return (
    <Group gap={4} wrap="nowrap" className={classes.bar}>
      <IconButton
        label={t('pdf.previous')}
        icon={<IconChevronLeft size={17} />}
        disabled={number <= 1}
        onClick={() => onPage(number - 1)}
      />
      <Text size="sm" role="status" className={classes.number}>
        {t('pdf.page', { page: format.count(number), pages: format.count(pages) })}
      </Text>
      <IconButton
        label={t('pdf.next')}
        icon={<IconChevronRight size={17} />}
        disabled={number >= pages}
        onClick={() => onPage(number + 1)}
      />
      <span className={classes.gap} />
      <IconButton
        label={t('pdf.smaller')}
        icon={<IconZoomOut size={17} />}
        onClick={() => onZoom(zoomStep(scale, -1))}
      />
      <Text size="sm" className={classes.zoom}>
        {format.share(scale, 96 / 72)}
      </Text>
      <IconButton
        label={t('pdf.larger')}
        icon={<IconZoomIn size={17} />}
        onClick={() => onZoom(zoomStep(scale, 1))}
      />
      <IconButton
        label={t('pdf.fit')}
        icon={<IconArrowAutofitWidth size={17} />}
        active={zoom === 'fit'}
        onClick={() => onZoom('fit')}
      />
    </Group>
  );
}
