"use strict";
// All text goes into text nodes: nothing that a model wrote is ever read as HTML.
const search = JSON.parse(document.getElementById("search").textContent);
const details = document.getElementById("details");
const nodes = Array.from(document.querySelectorAll("#tree .node"));
let chosen = null;

function make(name, text, kind) {
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  if (kind) element.className = kind;
  return element;
}

function section(title, text) {
  if (!text) return;
  details.append(make("h3", title), make("pre", text));
}

function diff(text) {
  if (!text) return;
  const block = make("pre");
  for (const line of text.split("\n")) {
    const kind = line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : "";
    block.append(make("span", line + "\n", kind));
  }
  details.append(make("h3", "difference to the program it was made from"), block);
}

function table(title, columns, rows) {
  if (!rows.length) return;
  const made = make("table");
  const head = make("tr");
  for (const column of columns) head.append(make("th", column));
  made.append(head);
  for (const row of rows) {
    const line = make("tr");
    for (const column of columns) line.append(make("td", row[column]));
    made.append(line);
  }
  details.append(make("h3", title), made);
}

function facts(node) {
  const program = node.program;
  const said = [node.purpose + " " + node.name, "temperature " + (node.temperature ?? 0).toFixed(2)];
  if (node.top_p !== null) said.push("top-p " + node.top_p);
  if (node.seed !== null) said.push("seed " + node.seed);
  said.push(node.prompt_tokens + " + " + node.completion_tokens + " tokens");
  if (node.fingerprint) said.push("answered by " + node.fingerprint);
  said.push("from " + node.began + " s to " + (node.ended === null ? "its end" : node.ended + " s"));
  if (program) {
    said.push("judged in " + program.judge_seconds.toFixed(3) + " s");
    if (program.isolation) said.push(program.isolation);
    if (program.extraction !== "ok") said.push("extraction: " + program.extraction);
  }
  return said.join(", ");
}

function show(node) {
  const program = node.program;
  details.replaceChildren();
  const name = (node.number ? "#" + node.number + " " : "") + node.purpose;
  details.append(make("h2", name + (node.finding ? ": " + node.finding : "")));
  details.append(make("p", facts(node)));
  if (program) {
    section("note", program.note);
    section("labels", program.labels.join(", "));
    section("program", program.code);
    diff(program.diff);
    const columns = ["outcome", "input", "expected", "got", "detail"];
    table("cases", columns, program.cases);
    section("report", program.report);
  }
  table("on other inputs", ["call", "happened", "shown"], node.observations);
  if (!program || node.answer.trim() !== program.code.trim()) section("answer", node.answer);
  for (const message of node.prompt) section("prompt: " + message.role, search.texts[message.text]);
  details.scrollTop = 0;
}

function choose(element) {
  if (chosen) chosen.classList.remove("chosen");
  chosen = element;
  chosen.classList.add("chosen");
  chosen.focus();
  show(search.nodes[Number(chosen.dataset.node)]);
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
