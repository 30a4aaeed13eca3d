/** The tree itself. Rows are kept and changed, so that what is open or focused stays so. */

import type { SearchNode } from '../../protocol';
import { Row } from './row';

export class Tree {
  private readonly rows = new Map<string, Row>();

  constructor(
    private readonly root: HTMLElement,
    private readonly prune: (node: string) => void,
  ) {}

  draw(nodes: readonly SearchNode[], running: boolean): void {
    const known = new Set(nodes.map((node) => node.id));
    for (const [id, row] of this.rows) {
      if (known.has(id)) continue;
      row.remove();
      this.rows.delete(id);
    }
    const best = Math.max(...nodes.map((node) => node.score ?? -Infinity));
    for (const node of nodes) this.put(node, running, node.score !== null && node.score === best);
  }

  private put(node: SearchNode, running: boolean, best: boolean): void {
    let row = this.rows.get(node.id);
    if (row === undefined) {
      row = new Row(this.prune);
      this.rows.set(node.id, row);
      const parent = node.parent === null ? undefined : this.rows.get(node.parent);
      (parent?.children ?? this.root).append(row.element);
    }
    row.draw(node, running, best);
  }
}
