/** The page of the search tree: draws what it is sent, says what is clicked. */

import type { FromPage, Heading, ToPage } from '../messages';
import { Tree } from './tree';

interface Host {
  postMessage(message: FromPage): void;
}
declare function acquireVsCodeApi(): Host;

const host = acquireVsCodeApi();

function part(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no ${id}`);
  return found;
}

const tree = new Tree(part('tree'), (node) => {
  host.postMessage({ kind: 'prune', node });
});

function drawHeading(heading: Heading): void {
  part('name').textContent = heading.name;
  part('state').textContent = heading.state;
  part('state').dataset['state'] = heading.state;
  part('message').textContent = heading.message;
  const where = [heading.strategy, heading.model, heading.endpoint].filter((word) => word !== '');
  part('where').textContent = where.join(' · ');
  part('stop').hidden = !heading.running;
}

window.addEventListener('message', (event: MessageEvent<ToPage>) => {
  drawHeading(event.data.heading);
  tree.draw(event.data.nodes, event.data.heading.running);
  part('empty').hidden = event.data.nodes.length > 0;
});
part('stop').addEventListener('click', () => {
  host.postMessage({ kind: 'stop' });
});
host.postMessage({ kind: 'ready' });
