// textarea[data-matrix] holding CSV becomes a grid; without scripts it stays a text that can be edited as it is.
import { Grid, type GridProblem } from "../grid/grid";
import { emptyRow, type Rows, readCsv, writeCsv } from "../grid/model";
import { t } from "../i18n/t";

const OUTCOMES = 7;
const OTHERWISE = "otherwise";

export function matrices(root: ParentNode): void {
  for (const place of root.querySelectorAll<HTMLTextAreaElement>("textarea[data-matrix]")) draw(place);
}

function draw(place: HTMLTextAreaElement): void {
  const [head, ...lines] = readCsv(place.value);
  if (!head || head.length < OUTCOMES + 1) return; // not yet a table: the text says so
  const names = head.slice(1);
  const conditions = names.length - OUTCOMES;
  const other = lines.find((line) => line[0]?.trim().toLowerCase() === OTHERWISE);
  const rows = lines.filter((line) => line !== other && line.length > 1).map((line) => line.slice(1));
  const host = document.createElement("div");
  host.className = "grid-host";
  place.hidden = true;
  place.after(host);
  const grid = new Grid(host, {
    label: t("matrix.label"),
    most: Number(place.dataset.most ?? 500) + 1,
    otherwise: conditions,
    undo: true,
    onChange: (now) => {
      place.value = written(head, now);
    },
  });
  const columns = names.map((name) => {
    const [title = "", ...kind] = name.split(":");
    return { name: title.trim(), hint: kind.join(":").trim() };
  });
  const width = names.length;
  const shown = rows.length ? rows : [emptyRow(width)];
  grid.show(columns, [...shown, other ? other.slice(1) : emptyRow(width)]);
  grid.mark(problemsOf(place, shown.length));
}

/** Row by row, numbered; rows and the last line that are empty are left out. */
function written(head: readonly string[], now: Rows): string {
  const filled = (row: readonly string[]): boolean => row.some((cell) => cell !== "");
  const last = now.at(-1) ?? [];
  const upper = now.slice(0, -1).filter(filled);
  const lines = upper.map((row, place) => [String(place + 1), ...row]);
  return `${writeCsv([[...head], ...lines, ...(filled(last) ? [[OTHERWISE, ...last]] : [])])}\n`;
}

/** What the server found, by `rows.<row>.<cell>` and `otherwise.<cell>`. */
function problemsOf(place: HTMLTextAreaElement, rows: number): GridProblem[] {
  const found = JSON.parse(place.dataset.problems ?? "[]") as { path: string; message: string; warning: boolean }[];
  return found.map(({ path, message, warning }) => {
    const [where, ...rest] = path.split(".");
    return { at: where === OTHERWISE ? [String(rows), ...rest].join(".") : rest.join("."), message, warning };
  });
}
