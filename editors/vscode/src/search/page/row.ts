/** One program of the search. All of it is foreign text, and goes in as text only. */

import type { SearchNode } from '../../protocol';

/** Of a program without a verdict: the server's word for where it is. */
const UNJUDGED: Readonly<Record<string, string>> = { '': 'drafting', open: 'drafting' };

export class Row {
  readonly element = document.createElement('li');
  readonly children = document.createElement('ul');
  private readonly details = document.createElement('details');
  private readonly verdict = span('verdict');
  private readonly score = document.createElement('meter');
  private readonly checks = span('checks');
  private readonly purpose = span('purpose');
  private readonly cost = span('cost');
  private readonly error = span('error');
  private readonly code = document.createElement('pre');
  private readonly button = document.createElement('button');
  private id = '';

  constructor(prune: (node: string) => void) {
    this.element.setAttribute('role', 'treeitem');
    this.children.setAttribute('role', 'group');
    this.score.max = 1;
    this.button.type = 'button';
    this.button.textContent = 'Prune';
    this.button.addEventListener('click', (event) => {
      event.preventDefault(); // it stands in a summary, which would open
      prune(this.id);
    });
    const summary = document.createElement('summary');
    const line = span('line');
    line.append(this.verdict, this.score, this.checks, this.purpose, this.cost, this.button);
    summary.append(line, this.error);
    this.details.append(summary, this.code);
    this.element.append(this.details, this.children);
  }

  draw(node: SearchNode, running: boolean, best: boolean): void {
    this.id = node.id;
    this.element.dataset['node'] = node.id;
    this.element.dataset['state'] = node.state;
    this.element.classList.toggle('best', best);
    put(this.verdict, node.verdict === '' ? UNJUDGED[node.state] ?? node.state : node.verdict);
    this.verdict.dataset['verdict'] = node.verdict;
    this.score.hidden = node.score === null;
    this.score.value = Math.min(1, Math.max(0, node.score ?? 0));
    put(this.checks, node.total > 0 ? `${String(node.passed)}/${String(node.total)}` : '');
    put(this.purpose, node.purpose);
    put(this.cost, `${String(node.tokens)} tokens · ${node.seconds.toFixed(1)} s`);
    put(this.error, node.error);
    put(this.code, node.code);
    this.button.hidden = !running || node.state === 'pruned';
    this.button.setAttribute('aria-label', `Prune program ${node.id}: nothing more is made of it`);
  }

  remove(): void {
    this.element.remove();
  }
}

function span(name: string): HTMLSpanElement {
  const made = document.createElement('span');
  made.className = name;
  return made;
}

/** What has not changed is left alone: a selection in it stays. */
function put(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
