"use strict";
// What one node of a search is, written into the element `details`.
// All text goes into text nodes: nothing that a model wrote is ever read as HTML.
function make(name, text, kind) {
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  if (kind) element.className = kind;
  return element;
}

function section(details, title, text) {
  if (!text) return;
  details.append(make("h3", title), make("pre", text));
}

function diff(details, text) {
  if (!text) return;
  const block = make("pre");
  for (const line of text.split("\n")) {
    const kind = line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : "";
    block.append(make("span", line + "\n", kind));
  }
  details.append(make("h3", "difference to the program it was made from"), block);
}

function table(details, title, columns, rows, kind) {
  if (!rows.length) return;
  const made = make("table", undefined, kind);
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

// A number may be null: JSON has no infinity.
function learned(step) {
  const small = (value) => value !== 0 && Math.abs(value) < 1e-3;
  const short = (value) =>
    value === null ? "" : small(value) ? value.toExponential(1) : value.toPrecision(3);
  return {
    lesson: step.lesson + 1, step: step.step + 1, loss: short(step.loss),
    sentence: short(step.feedback_loss), reflection: short(step.reflection_loss),
    "gradient norm": short(step.gradient_norm), KL: short(step.kl), seconds: short(step.seconds),
  };
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

function show(details, search, node) {
  const program = node.program;
  details.replaceChildren();
  const name = (node.number ? "#" + node.number + " " : "") + node.purpose;
  details.append(make("h2", name + (node.finding ? ": " + node.finding : "")));
  details.append(make("p", facts(node)));
  if (program) {
    section(details, "note", program.note);
    section(details, "labels", program.labels.join(", "));
    section(details, "program", program.code);
    diff(details, program.diff);
    const columns = ["outcome", "input", "expected", "got", "detail"];
    table(details, "cases", columns, program.cases);
    section(details, "report", program.report);
  }
  table(details, "on other inputs", ["call", "happened", "shown"], node.observations);
  const steps = ["lesson", "step", "loss", "sentence", "reflection", "gradient norm", "KL", "seconds"];
  table(details, "learned before", steps, node.learned.map(learned), "numbers");
  if (!program || node.answer.trim() !== program.code.trim()) section(details, "answer", node.answer);
  for (const message of node.prompt) section(details, "prompt: " + message.role, search.texts[message.text]);
  details.scrollTop = 0;
}
