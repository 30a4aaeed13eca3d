/** What the panel and its page say to each other. */

import type { SearchNode } from '../protocol';

export interface Heading {
  readonly name: string;
  readonly state: string;
  readonly message: string;
  readonly strategy: string;
  readonly model: string;
  readonly endpoint: string;
  readonly running: boolean;
}

export interface ToPage {
  readonly heading: Heading;
  readonly nodes: readonly SearchNode[];
}

export type FromPage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'prune'; readonly node: string };
