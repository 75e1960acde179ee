// @ts-check
// Step one: everyone is present until a letter says otherwise; one tap a student.

import { element } from "./lesson-desk.js";

const AWAY_WORDS = { late: "опоздали" };

/** @param {import("./lesson-desk.js").Desk} desk */
export function roll(desk) {
  const form = desk.form("roll");
  if (!form) return;
  const late = desk.body.dataset.late ?? "";
  const rows = [...form.querySelectorAll("li[data-student]")].map((li) => new Row(desk, /** @type {HTMLElement} */ (li), late));
  const byButton = (/** @type {Element} */ button) => rows.find((row) => row.li.contains(button));
  const count = () => {
    const away = rows.filter((row) => row.symbol && row.symbol !== late).length;
    const tardy = late ? rows.filter((row) => row.symbol === late).length : 0;
    const place = /** @type {HTMLElement} */ (form.querySelector("[data-count]"));
    place.replaceChildren();
    if (away || tardy) {
      place.append("Нет ", element("b", "", String(away)));
      if (tardy) place.append(`, ${AWAY_WORDS.late} `, element("b", "", String(tardy)));
    } else place.textContent = desk.hasRoll ? "Все на месте" : "Отметьте, кого нет";
    desk.sum("roll", `${rows.length - away} из ${rows.length}`);
  };
  for (const row of rows) row.changed = count;

  form.addEventListener("submit", (event) => {
    const submitter = /** @type {HTMLButtonElement | null} */ (/** @type {SubmitEvent} */ (event).submitter);
    if (!submitter) return;
    event.preventDefault();
    const row = byButton(submitter);
    if (submitter.name === "absence" && row) row.tap(submitter.dataset.k ?? "");
    else if (submitter.name === "late" && row) row.set(late, Number(submitter.value.split(":")[1]));
    else if (submitter.name === "copy") copy();
    else if (submitter.name === "roll") finish();
  });

  function copy() {
    const mine = rows.filter((row) => row.copied && !row.symbol);
    for (const row of mine) row.set(row.copied, null);
    if (!mine.length) {
      const place = /** @type {HTMLElement} */ (form?.querySelector("[data-count]"));
      place.textContent = "На том уроке были все";
    }
  }

  function finish() {
    if (!desk.hasRoll) {
      desk.write(() => (desk.hasRoll ? [] : [{ fact: "roll", lesson: desk.lesson }]), {
        key: "roll",
        host: () => form,
        saved: () => count(),
      });
    }
    desk.show(document.getElementById("p-marks") ? "marks" : "topic");
  }
}

class Row {
  /** @param {import("./lesson-desk.js").Desk} desk @param {HTMLElement} li @param {string} late */
  constructor(desk, li, late) {
    this.desk = desk;
    this.li = li;
    this.late = late;
    this.student = Number(li.dataset.student);
    this.symbol = li.dataset.symbol ?? "";
    /** @type {number | null} */
    this.minutes = li.dataset.minutes ? Number(li.dataset.minutes) : null;
    this.copied = li.dataset.copied ?? "";
    this.version = Number(li.dataset.version);
    this.stands = { symbol: this.symbol, minutes: this.minutes };
    this.changed = () => {};
  }

  /** A letter pressed again is taken off. @param {string} symbol */
  tap(symbol) {
    if (this.symbol === symbol) return this.set("", null);
    const since = Number(this.desk.body.dataset.lateBy);
    this.set(symbol, symbol === this.late && since ? since + Math.round(performance.now() / 60000) : null);
  }

  /** @param {string} symbol @param {number | null} minutes */
  set(symbol, minutes) {
    this.symbol = symbol;
    this.minutes = minutes;
    this.draw(true);
    const { symbol: wanted, minutes: spent } = this;
    this.desk.write(
      () => [
        { fact: "absence", lesson: this.desk.lesson, student: this.student, symbol: wanted, minutes: spent, seen: this.version },
      ],
      {
        key: `absence:${this.student}`,
        host: () => this.li,
        saved: ([result]) => {
          this.version = result.version ?? this.version;
          this.stands = { symbol: wanted, minutes: spent };
          if (this.symbol === wanted) this.draw(false);
        },
        undo: () => {
          Object.assign(this, this.stands);
          this.draw(false);
        },
        theirs: (/** @type {any} */ conflict, /** @type {boolean} */ mine) => {
          this.version = conflict.version;
          this.stands = { symbol: conflict.theirs, minutes: null };
          if (!mine) Object.assign(this, this.stands);
          this.draw(mine);
        },
        seen: () => this.version,
      },
    );
  }

  /** @param {boolean} waits */
  draw(waits) {
    for (const button of this.li.querySelectorAll('button[name="absence"]')) {
      const pressed = /** @type {HTMLElement} */ (button).dataset.k === this.symbol;
      button.setAttribute("aria-pressed", String(pressed));
      button.classList.toggle("wait", pressed && waits);
    }
    this.li.classList.toggle("gone", Boolean(this.symbol) && this.symbol !== this.late);
    this.li.dataset.symbol = this.symbol;
    const why = this.li.querySelector("[data-why]");
    const isLate = Boolean(this.late) && this.symbol === this.late;
    if (why && isLate) why.textContent = this.minutes ? ` · на ${this.minutes}\u00a0мин` : "";
    else if (why && /^ · на \d/.test(why.textContent ?? "")) why.textContent = "";
    this.li.querySelector(".lateby")?.remove();
    if (isLate) this.li.append(this.choices());
    const mark = document.querySelector(`[data-marks] li[data-student="${this.student}"]`);
    mark?.dispatchEvent(new CustomEvent("absence", { detail: { symbol: isLate ? "" : this.symbol } }));
    this.changed();
  }

  choices() {
    const place = element("span", "lateby");
    for (const minutes of [3, 5, 10, 15, 20]) {
      const chip = /** @type {HTMLButtonElement} */ (element("button", "chip", `${minutes}\u00a0мин`));
      chip.name = "late";
      chip.value = `${this.student}:${minutes}`;
      chip.setAttribute("aria-pressed", String(this.minutes === minutes));
      place.append(chip);
    }
    return place;
  }
}
