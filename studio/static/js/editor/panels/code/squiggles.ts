// The faulty part of a text, underlined. What is wrong with it stands below the field, and here where the mouse rests.
import { type Extension, StateEffect, StateField, type Text } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";
import type { Problem } from "../../api/types";
import { underlined } from "./underlined";

const found = StateEffect.define<readonly Problem[]>();

const marks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (before, transaction) =>
    transaction.effects.reduce(
      (kept, effect) => (effect.is(found) ? markedIn(transaction.newDoc, effect.value) : kept),
      before.map(transaction.changes),
    ),
  provide: (field) => EditorView.decorations.from(field),
});

export const squiggles: Extension = marks;

export const squiggled = (problems: readonly Problem[]): StateEffect<readonly Problem[]> => found.of(problems);

function markedIn(text: Text, problems: readonly Problem[]): DecorationSet {
  return Decoration.set(
    problems.flatMap((problem) => {
      const range = underlined(problem.span, text.length);
      if (!range || range.from >= range.to) return [];
      const mark = Decoration.mark({
        class: `cm-lintRange cm-lintRange-${problem.severity}`,
        attributes: { title: problem.message },
      });
      return [mark.range(range.from, range.to)];
    }),
    true,
  );
}
