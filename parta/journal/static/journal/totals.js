// @ts-check
// Totals of a row, kept in step with what is typed: missed lessons, the weighted average, the suggested mark.

import { cellsOf, columns, data, isFinal, isMissed, scale, standing } from "./model.js";
import { paint } from "./paint.js";
import { speakAnew } from "./spoken.js";

/** @param {number} number */
const shown = (number) => (Math.round(number * 100 + 1e-6) / 100).toFixed(2).replace(".", ",");

/** @param {HTMLTableRowElement} row */
export function recount(row) {
  if (data.year) return;
  let total = 0;
  let weight = 0;
  let counted = 0;
  let missed = 0;
  const cells = cellsOf(row);
  cells.forEach((td, n) => {
    if (isFinal(td)) return;
    const cell = standing(td);
    if (cell.absence && isMissed(cell.absence)) missed += columns[n].hours;
    for (const symbol of cell.value ? cell.value.split("/") : []) {
      const worth = scale.get(symbol)?.worth;
      if (worth === null || worth === undefined || !columns[n].weight) continue;
      total += worth * columns[n].weight;
      weight += columns[n].weight;
      counted += 1;
    }
  });
  const mean = weight ? total / weight : null;
  const average = row.querySelector(".e2");
  const absences = row.querySelector(".e1");
  // which of a corrected mark counts the server alone knows
  const unsure = data.recounted && cells.some((td) => standing(td).first && !isFinal(td));
  if (average && (unsure || (data.outcome && !data.outcome.exact))) average.textContent = "";
  else if (average) {
    average.textContent = mean === null ? "" : shown(mean);
    const bar = Math.min(...[...scale.values()].filter((s) => s.passes && s.worth !== null).map((s) => s.worth ?? 0));
    average.classList.toggle("low", mean !== null && mean < bar);
  }
  if (absences) absences.textContent = missed ? String(missed) : "";
  const final = cells[cells.length - 1];
  if (!final || !isFinal(final)) return;
  suggest(final, unsure ? null : mean, counted);
  speakAnew(final);
}

/** The nearest symbol in pencil, while no mark of the period stands. @param {HTMLTableCellElement} td @param {number | null} mean @param {number} counted */
function suggest(td, mean, counted) {
  const cell = standing(td);
  if (cell.value || cell.first || ["wait", "no", "put"].some((name) => td.classList.contains(name))) return;
  paint(td);
  if (data.outcome) {
    computed(td, mean, counted);
    return;
  }
  if (mean === null || counted < data.enough) return;
  const ranked = [...scale].filter(([, s]) => s.worth !== null).map(([symbol, s]) => ({ symbol, worth: s.worth ?? 0 }));
  if (!ranked.length) return;
  ranked.sort((a, b) => Math.abs(a.worth - mean) - Math.abs(b.worth - mean) || b.worth - a.worth);
  td.textContent = ranked[0].symbol;
  td.classList.add("pen");
  if (ranked.length > 1 && Math.abs(mean - Math.floor(mean) - 0.5) <= data.edge) td.classList.add("edge");
}

/** The mark the act computes, in pencil; what only the server can compute stays empty until the page is read again. @param {HTMLTableCellElement} td @param {number | null} mean @param {number} counted */
function computed(td, mean, counted) {
  const act = data.outcome;
  if (mean === null || !act.exact) return;
  const shift = 10 ** act.digits;
  const rounded = Math.round(mean * shift + 1e-6) / shift;
  const step = act.steps.find((/** @type {[number, string]} */ s) => rounded >= s[0]) ?? act.steps[act.steps.length - 1];
  td.textContent = counted < act.least ? act.none : step[1];
  td.classList.add("pen");
  const near = act.steps.slice(0, -1).some((/** @type {[number, string]} */ s) => Math.abs(rounded - s[0]) <= act.near);
  if (near && counted >= act.least) td.classList.add("edge");
}

/** Counts of the lesson opened on the right page. */
export function recountLesson() {
  const now = document.getElementById("now");
  const facts = now?.querySelectorAll(".facts b");
  if (!now || !facts || facts.length < 4) return;
  const lesson = Number(now.dataset.l);
  const places = columns.map((column, n) => (column.lesson === lesson ? n : -1)).filter((n) => n >= 0);
  if (!places.length) return;
  let here = 0;
  let absent = 0;
  let late = 0;
  let marks = 0;
  for (const row of document.querySelectorAll(".jg tbody tr")) {
    const cells = cellsOf(/** @type {HTMLTableRowElement} */ (row));
    if (cells[places[0]].classList.contains("out")) continue;
    here += 1;
    for (const place of places) {
      const cell = standing(cells[place]);
      if (cell.value) marks += 1;
      if (cell.absence && columns[place].leads) {
        if (isMissed(cell.absence)) absent += 1;
        else late += 1;
      }
    }
  }
  [here - absent, absent, late, marks].forEach((count, n) => (facts[n].textContent = String(count)));
}
