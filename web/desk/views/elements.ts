// Elements that several views make.

/** A row of a summary list. */
export function summaryRow(name: string, ...value: readonly (string | Node)[]): HTMLElement {
  const row = document.createElement("div");
  row.className = "govuk-summary-list__row";
  const [key, shown] = [document.createElement("dt"), document.createElement("dd")];
  key.className = "govuk-summary-list__key";
  key.textContent = name;
  shown.className = "govuk-summary-list__value app-lines";
  shown.append(...value);
  row.append(key, shown);
  return row;
}

/** A row of a table, with a cell for each. */
export function tableRow(...cells: readonly (string | Node)[]): HTMLTableRowElement {
  const row = document.createElement("tr");
  row.className = "govuk-table__row";
  for (const content of cells) {
    const cell = row.insertCell();
    cell.className = "govuk-table__cell";
    cell.append(content);
  }
  return row;
}

/** A radio button or checkbox with its label. */
export function choice(
  kind: "radios" | "checkboxes",
  { name, value, id }: Readonly<Record<"name" | "value" | "id", string>>,
  ...label: readonly (string | Node)[]
): { item: HTMLElement; input: HTMLInputElement } {
  const item = document.createElement("div");
  item.className = `govuk-${kind}__item`;
  const [input, text] = [document.createElement("input"), document.createElement("label")];
  input.className = `govuk-${kind}__input`;
  Object.assign(input, { type: kind === "radios" ? "radio" : "checkbox", name, value, id });
  text.className = `govuk-label govuk-${kind}__label`;
  text.htmlFor = id;
  text.append(...label);
  item.append(input, text);
  return { item, input };
}

/** What is only said in English, whatever the language of the page (WCAG 2.2, 3.1.2). */
export function inEnglish(text: string): HTMLElement {
  const made = document.createElement("span");
  made.lang = "en";
  made.dir = "ltr";
  made.textContent = text;
  return made;
}

/** An entry for a choice in a list. */
export function option(value: string, text: string, chosen: string): HTMLOptionElement {
  const made = document.createElement("option");
  made.value = value;
  made.textContent = text;
  made.selected = value === chosen;
  return made;
}
