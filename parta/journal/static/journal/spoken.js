// @ts-check
// What a screen reader says of the cell one stands in: what stands in it, and what is the matter with it.

import { absenceCodes, columnOf, standing } from "./model.js";

/** What a screen reader says of a cell beyond its head and row. @param {HTMLTableCellElement} td */
export function spoken(td) {
  if (td.classList.contains("no")) return `не сохранено: ${td.textContent}`;
  if (td.classList.contains("cnf")) return `${td.textContent}, в журнале другое: выберите значение`;
  if (td.classList.contains("wait")) return `${td.textContent || "пусто"}, ждёт отправки`;
  const cell = standing(td);
  const words = [];
  if (td.classList.contains("put")) words.push(td.title);
  else if (td.classList.contains("pen") && td.textContent) words.push(`предлагается ${td.textContent}`);
  else words.push(cell.value ? cell.value.replace("/", " дробь ") : cell.absence ? "" : "пусто");
  const code = absenceCodes.find((other) => other.symbol === cell.absence);
  if (cell.absence) words.push(code ? `${cell.absence}, ${code.title}` : cell.absence);
  if (cell.first && cell.first !== cell.value) words.push(`исправлено, было ${cell.first}`);
  if (cell.late) words.push("внесено позже срока");
  if (cell.noted) words.push("есть заметка");
  if (td.classList.contains("out")) words.push("нет в списке");
  const closed = columnOf(td)?.closed;
  if (closed) words.push(`закрыто: ${closed.clause}`);
  return words.filter(Boolean).join(", ");
}

/** The cell one stands in has changed its content: its name says the new one. @param {HTMLTableCellElement} td */
export function speakAnew(td) {
  if (td.classList.contains("cur") && !td.classList.contains("typing")) td.setAttribute("aria-label", spoken(td));
}
