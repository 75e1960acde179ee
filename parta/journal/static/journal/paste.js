// @ts-check
// Pasting a column (or a block) from a spreadsheet: first a preview that says what would change and what does not
// fit, then one operation, wholly in or wholly out.

import { absenceCodes, cellsOf, columnName, columnOf, data, isFinal, nameOf, rowOf, rows, standing } from "./model.js";
import { box, button } from "./pop.js";
import { plural, say } from "./status.js";
import { send } from "./send.js";
import { accept, changeOf, refuse, remember, repaint } from "./write.js";

/** @typedef {{td: HTMLTableCellElement, name: string, column: string, text: string, act: import("./write.js").Act | null, now: string, trouble: string}} Line */

const LIMIT = 400;
const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("paste"));

/** @param {string} text */
const fold = (text) => text.trim().toLowerCase().replaceAll("ё", "е").replace(/\s+/g, " ");

/** @param {string} text rows and cells of what a spreadsheet puts on the clipboard */
function block(text) {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  while (lines.length && !lines[lines.length - 1].trim()) lines.pop();
  return lines.map((line) => line.split("\t").map((cell) => cell.trim()));
}

/** @param {string} text @param {HTMLTableCellElement} td @returns {import("./write.js").Act | null} */
function read(text, td) {
  const wanted = fold(text).replace(/\s*\/\s*/, "/").replace(/\s*[,.;]$/, "").replace(/^(\d+)[.,]0+$/, "$1"); // «5,0» of a column of numbers
  if (isFinal(td)) {
    const final = data.finals.find((/** @type {string} */ symbol) => fold(symbol) === wanted);
    return final === undefined ? null : { td, fact: "final", value: final };
  }
  const parts = wanted.split("/").map((part) => data.marks.find((/** @type {string} */ symbol) => fold(symbol) === part));
  if (parts.every((part) => part !== undefined) && (parts.length === 1 || (parts.length === 2 && data.double))) {
    return { td, fact: "mark", value: parts.join("/") };
  }
  const code = absenceCodes.find((other) => fold(other.symbol) === wanted);
  return code ? { td, fact: "absence", value: code.symbol } : null;
}

/** @param {string[][]} table @returns {boolean} whether the first column holds names of the list */
function hasNames(table) {
  if (!table.length || table.some((line) => line.length < 2)) return false;
  const known = new Set(rows().map((row) => fold((row.cells[1].title || "").split(" ")[0])));
  const hits = table.filter((line) => known.has(fold(line[0]).split(" ")[0])).length;
  return hits * 2 >= table.length;
}

/** @param {string} name @returns {HTMLTableRowElement[]} */
function named(name) {
  const wanted = fold(name);
  const starts = rows().filter((row) => fold(row.cells[1].title.split(",")[0]).startsWith(wanted));
  if (starts.length) return starts;
  const surname = wanted.split(" ")[0];
  return rows().filter((row) => fold(row.cells[1].title.split(" ")[0]) === surname);
}

/** @param {string} text @param {HTMLTableCellElement} from */
export function preview(text, from) {
  const table = block(text);
  if (!table.length) return say("refused", "В буфере нет таблицы");
  /** @type {Line[]} */
  const lines = [];
  /** @type {string[]} */
  const astray = [];
  const byName = hasNames(table);
  const all = rows();
  const top = all.indexOf(rowOf(from));
  const left = cellsOf(rowOf(from)).indexOf(from);
  table.forEach((line, n) => {
    let row = all[top + n];
    if (byName) {
      const found = named(line[0]);
      if (found.length !== 1) {
        astray.push(`${line[0]}: ${found.length ? "однофамильцы, уточните имя" : "нет в списке"}`);
        return;
      }
      row = found[0];
    }
    if (!row) {
      astray.push(`строка ${n + 1} («${line.join(" ")}»): учеников в списке меньше`);
      return;
    }
    const cells = cellsOf(row);
    line.slice(byName ? 1 : 0).forEach((value, m) => {
      if (!value) return;
      const td = cells[left + m];
      if (!td) return void astray.push(`столбец ${m + 1} («${value}»): столбцов меньше`);
      lines.push(lineOf(td, value));
    });
  });
  show(lines, astray, from, byName);
}

/** @param {HTMLTableCellElement} td @param {string} text @returns {Line} */
function lineOf(td, text) {
  const act = read(text, td);
  const cell = standing(td);
  const now = act?.fact === "absence" ? cell.absence : cell.value;
  const column = columnOf(td);
  let trouble = "";
  if (!act) trouble = "такого знака нет";
  else if (td.classList.contains("out")) trouble = "ученика не было в списке";
  else if (act.fact === "mark" && !column?.marks) trouble = "столбец не ваш";
  else if (act.fact === "absence" && !(column?.absences && column.leads)) trouble = "явку отмечают в первом столбце урока";
  return { td, name: nameOf(td), column: columnName(td), text, act: trouble ? null : act, now, trouble };
}

/** @param {Line[]} lines @param {string[]} astray @param {HTMLTableCellElement} from @param {boolean} byName */
function show(lines, astray, from, byName) {
  const fitting = lines.filter((line) => line.act && line.act.value !== line.now);
  const good = fitting.slice(0, LIMIT);
  const bad = lines.filter((line) => line.trouble);
  const corrected = good.filter((line) => line.now);
  const title = box("h2", "", "Вставка из таблицы");
  title.id = "paste-h";
  const report = [
    byName ? "Ученики найдены по фамилиям." : `Начиная с ученика ${nameOf(from)}.`,
    `Встанет: ${plural(good.length, ["значение", "значения", "значений"])}.`,
    corrected.length ? `Из них исправят стоящее: ${corrected.length}.` : "",
    bad.length ? `Не подойдут: ${bad.length}.` : "",
    fitting.length > LIMIT ? `За один раз вставляют не больше ${LIMIT}: остальные ${fitting.length - LIMIT} вставьте потом.` : "",
  ];
  const body = document.createElement("tbody");
  for (const line of lines) {
    const row = document.createElement("tr");
    row.append(
      box("th", "", line.name),
      box("td", "mut", line.column),
      box("td", "c", line.now || ""),
      box("td", line.trouble ? "c bad" : "c", line.act ? line.act.value : line.text),
      box("td", line.trouble ? "bad" : "mut", line.trouble || (line.act?.value === line.now ? "уже стоит" : line.now ? "исправление" : "")),
    );
    body.append(row);
  }
  const head = document.createElement("thead");
  head.append(box("tr", "", ...["Ученик", "Столбец", "Стоит", "Встанет", ""].map((text) => box("th", "", text))));
  const parts = [title, box("p", "sub", report.filter(Boolean).join(" ")), box("div", "pastegrid", box("table", "", head, body))];
  if (astray.length) {
    const list = box("ul", "", ...astray.slice(0, 20).map((text) => box("li", "", text)));
    parts.push(box("div", "note note--mark", box("h3", "", "Не нашли места"), list));
  }
  const acts = box("div", "acts");
  if (good.length) acts.append(button(`Вставить: ${good.length}`, () => run(good, from), "btn btn--go"));
  acts.append(button("Отмена", () => dialog.close()));
  parts.push(acts);
  dialog.replaceChildren(...parts);
  dialog.addEventListener("close", () => from.focus(), { once: true });
  if (!dialog.open) dialog.showModal();
}

/** One operation for all of it. @param {Line[]} lines @param {HTMLTableCellElement} from */
function run(lines, from) {
  dialog.close();
  const acts = lines.map((line) => /** @type {import("./write.js").Act} */ (line.act));
  send({
    changes: () => acts.map(changeOf),
    saved: (saved) => {
      acts.forEach((act, n) => {
        const before = lines[n].now;
        accept(act, saved[n] ?? {});
        repaint(act.td);
        remember({ td: act.td, fact: act.fact, before });
      });
    },
    conflict: (found) => again(lines, found, from, "в журнале уже другое"),
    refused: (found) => {
      if (!found.some((refused) => refused.clauses?.length || refused.ways?.length)) {
        return again(lines, found, from, found[0]?.text ?? "");
      }
      for (const refused of found) refuse(acts[refused.index], refused);
      again(lines, found, from, "");
    },
  });
}

/** Nothing was stored: say what stands against it, and offer the rest. @param {Line[]} lines @param {any[]} found @param {HTMLTableCellElement} from @param {string} why */
function again(lines, found, from, why) {
  const reasons = new Map(found.map((item) => [item.index, why || item.text]));
  const marked = lines.map((line, n) => (reasons.has(n) ? { ...line, act: null, trouble: reasons.get(n) ?? "" } : line));
  say("refused", "Вставка не сохранена: часть значений не проходит");
  show(marked, [], from, false);
}
