// The builder's page: reads its boot data and draws the editor into #editor.
import { createRoot } from "react-dom/client";
import { takeTranslations } from "../i18n/t";
import type { Boot } from "./api/types";
import { looksOf } from "./canvas/adapter";
import { arranged } from "./canvas/tidying";
import type { WorkflowDocument } from "./document/types";
import { App } from "./panels/App";
import { setSprite } from "./parts/Icon";
import { catalogue } from "./session/catalogue";
import { Session } from "./session/session";
import { tell } from "./session/tour";

function read<T>(id: string): T | null {
  const text = document.getElementById(id)?.textContent;
  return text ? (JSON.parse(text) as T) : null;
}

/** Templates and imports may come without places; drawing them is not a change. */
async function placed(boot: Boot): Promise<WorkflowDocument> {
  const doc = boot.document;
  if (doc.nodes.every((n) => n.position)) return doc;
  const looks = looksOf(doc, catalogue(boot.node_types), boot.node_info);
  const places = await arranged(boot.urls.tidy, doc, looks);
  return { ...doc, nodes: doc.nodes.map((n) => ({ ...n, position: places.get(n.key) ?? { x: 0, y: 0 } })) };
}

async function start(): Promise<void> {
  const root = document.getElementById("editor");
  const boot = read<Boot>("boot");
  if (!root || !boot) return;
  takeTranslations(read<Record<string, string>>("messages") ?? {});
  setSprite(boot.urls.sprite);
  const session = new Session({ ...boot, document: await placed(boot) });
  session.stepDone = tell;
  createRoot(root).render(<App session={session} />);
}

void start();
