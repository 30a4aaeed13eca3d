const search = JSON.parse(document.getElementById("search").textContent);
const details = document.getElementById("details");
const nodes = Array.from(document.querySelectorAll("#tree .node"));
let chosen = null;

function choose(element) {
  if (chosen) chosen.classList.remove("chosen");
  chosen = element;
  chosen.classList.add("chosen");
  chosen.focus();
  show(details, search, search.nodes[Number(chosen.dataset.node)]);
}

for (const element of nodes) {
  element.addEventListener("click", () => choose(element));
  element.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1, Enter: 0, " ": 0 };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const next = nodes[nodes.indexOf(element) + steps[event.key]];
    if (next) choose(next);
  });
}

for (const button of document.querySelectorAll(".choice [data-node]")) {
  button.addEventListener("click", () => {
    const element = nodes.find((each) => each.dataset.node === button.dataset.node);
    if (element) choose(element);
  });
}

const first = nodes.find((element) => Number(element.dataset.node) === search.best) || nodes[0];
if (first) choose(first);
