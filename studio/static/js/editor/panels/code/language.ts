// How CEL and {{ … }} look while they are written. The server alone says what is right.
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import {
  Decoration,
  type DecorationSet,
  type EditorView,
  MatchDecorator,
  ViewPlugin,
  type ViewUpdate,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

export const cel = StreamLanguage.define({
  name: "cel",
  token(stream) {
    if (stream.eatSpace()) return null;
    if (stream.match(/^r?"(?:[^"\\]|\\.)*"?|^r?'(?:[^'\\]|\\.)*'?/)) return "string";
    if (stream.match(/^\d+(\.\d+)?([eE][+-]?\d+)?u?/)) return "number";
    if (stream.match(/^(true|false|null|in)\b/)) return "keyword";
    if (stream.match(/^[A-Za-z_]\w*(?=\()/)) return "function";
    if (stream.match(/^[A-Za-z_]\w*/)) return "variableName";
    if (stream.match(/^[=!<>&|+\-*/%?:]+/)) return "operator";
    stream.next();
    return null;
  },
});

export const colours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.string, class: "cm-string" },
    { tag: tags.number, class: "cm-number" },
    { tag: tags.keyword, class: "cm-number" },
    { tag: tags.function(tags.variableName), class: "cm-function" },
  ]),
);

/** {{ … }} inside a text stands out as one thing. */
const braces = new MatchDecorator({ regexp: /\{\{.*?\}\}/g, decoration: Decoration.mark({ class: "cm-expr" }) });

export const bracesMarked = ViewPlugin.fromClass(
  class {
    marks: DecorationSet;
    constructor(view: EditorView) {
      this.marks = braces.createDeco(view);
    }
    update(update: ViewUpdate) {
      this.marks = braces.updateDeco(update, this.marks);
    }
  },
  { decorations: (plugin) => plugin.marks },
);
