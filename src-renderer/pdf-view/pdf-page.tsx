import { VisuallyHidden } from '@mantine/core';
import type { PDFDocumentProxy } from 'pdfjs-dist';
import { useEffect, useRef, useState } from 'react';
import classes from './pdf-view.module.css';

/** Space around a page in pixels. */
const MARGIN = 24;

interface PdfPageProps {
  readonly document: PDFDocumentProxy;
  /** From 1. */
  readonly number: number;
  readonly label: string;
  /** Pixels of the screen per point of the paper; `fit`: as wide as there is room. */
  readonly zoom: number | 'fit';
  /** Room for the page, in pixels. */
  readonly width: number;
  /** Tells the scale that it is drawn with. */
  onScale(scale: number): void;
  onFailure(error: unknown): void;
}

/** One page as a picture, with its text for those who do not see it. */
export function PdfPage({ document, number, label, zoom, width, onScale, onFailure }: PdfPageProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [text, setText] = useState('');
  const [drawn, setDrawn] = useState(0);
  useEffect(() => {
    let isOver = false;
    let stop = () => {};
    const draw = async () => {
      const page = await document.getPage(number);
      const paper = page.getViewport({ scale: 1 }).width;
      const scale = zoom === 'fit' ? Math.max(0.1, (width - MARGIN) / paper) : zoom;
      if (isOver || !canvas.current) return;
      onScale(scale);
      const viewport = page.getViewport({ scale: scale * devicePixelRatio });
      // Drawn apart: the page before stays until the new one is there.
      const picture = window.document.createElement('canvas');
      picture.width = Math.floor(viewport.width);
      picture.height = Math.floor(viewport.height);
      const task = page.render({ canvas: picture, viewport });
      stop = () => task.cancel();
      await task.promise;
      const shown = canvas.current;
      if (isOver || !shown) return;
      shown.width = picture.width;
      shown.height = picture.height;
      shown.style.width = `${picture.width / devicePixelRatio}px`;
      shown.getContext('2d')?.drawImage(picture, 0, 0);
      const { items } = await page.getTextContent();
      if (isOver) return;
      setText(items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join(''));
      setDrawn(number);
    };
    draw().catch((error: unknown) => {
      if (!isOver) onFailure(error);
    });
    return () => {
      isOver = true;
      stop();
    };
  }, [document, number, zoom, width, onScale, onFailure]);
  return (
    <>
      <canvas ref={canvas} className={classes.page} data-page={drawn} role="img" aria-label={label} />
      <VisuallyHidden data-testid="pdf-text" className={classes.text}>
        {text}
      </VisuallyHidden>
    </>
  );
}
