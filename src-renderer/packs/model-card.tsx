import { Table, Typography } from '@mantine/core';
import Markdown from 'react-markdown';
import remarkGfm from 'remark-gfm';
import classes from './packs.module.css';

/**
 * A pack's card. Packs may come from anywhere: HTML in the card is left out, pictures too, and links may only lead
 * to web pages.
 */
export function ModelCard({ markdown }: { readonly markdown: string }) {
  return (
    <Typography className={classes.card} fz="sm">
      <Markdown
        skipHtml
        disallowedElements={['img']}
        remarkPlugins={[remarkGfm]}
        urlTransform={(url) => (/^https?:\/\//i.test(url) ? url : '')}
        components={{
          h1: ({ children }) => <h3>{children}</h3>,
          h2: ({ children }) => <h4>{children}</h4>,
          h3: ({ children }) => <h5>{children}</h5>,
          a: ({ children, href }) =>
            href ? (
              <a href={href} target="_blank" rel="noreferrer noopener">
                {children}
              </a>
            ) : (
              <span>{children}</span>
            ),
          table: ({ children }) => (
            <Table.ScrollContainer minWidth={0}>
              <table>{children}</table>
            </Table.ScrollContainer>
          ),
        }}
      >
        {markdown}
      </Markdown>
    </Typography>
  );
}
