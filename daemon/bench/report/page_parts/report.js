// The page says everything without this: here tables are sorted and filtered, and nodes told of.
let texts = null;

function messages() {
  if (!texts) texts = JSON.parse(document.getElementById("texts").textContent).texts;
  return texts;
}

function grow(block) {
  const data = block.querySelector(".search-data");
  if (!data || block.dataset.grown) return;
  block.dataset.grown = "yes";
  const search = JSON.parse(data.textContent);
  search.texts = messages();
  const details = block.querySelector(".node-details");
  const nodes = Array.from(block.querySelectorAll(".node"));
  let chosen = null;
  function choose(element, focus) {
    if (chosen) chosen.classList.remove("chosen");
    chosen = element;
    chosen.classList.add("chosen");
    if (focus) chosen.focus();
    show(details, search, search.nodes[Number(chosen.dataset.node)]);
  }
  for (const element of nodes) {
    element.addEventListener("click", () => choose(element, true));
    element.addEventListener("keydown", (event) => {
      const steps = { ArrowDown: 1, ArrowUp: -1, Enter: 0, " ": 0 };
      if (!(event.key in steps)) return;
      event.preventDefault();
      const next = nodes[nodes.indexOf(element) + steps[event.key]];
      if (next) choose(next, true);
    });
  }
  const first = nodes.find((each) => Number(each.dataset.node) === search.best) || nodes[0];
  if (first) choose(first, false);
}

function opened() {
  const panel = location.hash ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  if (!panel || !panel.classList.contains("panel")) return;
  for (const block of panel.querySelectorAll("details.search")) {
    if (block.open) grow(block);
    block.addEventListener("toggle", () => grow(block));
  }
}

// Closing leaves the reader where the cell is.
function shut() {
  const place = document.querySelector('a[href="' + location.hash + '"]');
  const x = scrollX, y = scrollY;
  location.hash = "";
  history.replaceState(null, "", location.pathname + location.search);
  scrollTo(x, y);
  if (place) place.focus({ preventScroll: true });
}

for (const close of document.querySelectorAll(".panel .close")) {
  close.addEventListener("click", (event) => { event.preventDefault(); shut(); });
}
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.querySelector(".panel:target")) shut();
});
addEventListener("hashchange", opened);
opened();

function value(row, place) {
  const cell = row.cells[place];
  return place ? Number(cell.dataset.value) : cell.textContent;
}

function arrange(matrix) {
  const body = matrix.querySelector("tbody");
  const rows = Array.from(body.rows);
  const heads = Array.from(matrix.querySelectorAll("thead th"));
  heads.forEach((head, place) => {
    const button = make("button");
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const each of heads) each.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const sign = down ? -1 : 1;
      const compare = place
        ? (a, b) => value(a, place) - value(b, place)
        : (a, b) => value(a, 0).localeCompare(value(b, 0), "en", { numeric: true });
      body.append(...rows.slice().sort((a, b) => sign * compare(a, b)));
    });
  });
  const tools = matrix.querySelector(".tools");
  const [find, kind, told] = ["input", "select", "output"].map((name) => tools.querySelector(name));
  function filter() {
    const word = find.value.toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const fits = row.cells[0].textContent.toLowerCase().includes(word) && (!kind.value || row.dataset.sort === kind.value);
      row.hidden = !fits;
      shown += fits;
    }
    told.textContent = shown + " of " + rows.length + " tasks";
  }
  find.addEventListener("input", filter);
  kind.addEventListener("change", filter);
  tools.hidden = false;
  filter();
}

for (const matrix of document.querySelectorAll(".matrix")) arrange(matrix);
