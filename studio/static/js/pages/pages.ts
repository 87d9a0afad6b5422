// The small modules of the Jinja pages. Every page works without them; each makes one thing quicker.
import { askedIf } from "./asked-if";
import { autosubmit } from "./autosubmit";
import { coaching } from "./coach";
import { confirmations } from "./confirm";
import { copying } from "./copy";
import { dialogs } from "./dialog";
import { inbox } from "./inbox/inbox";
import { matrices } from "./matrix";
import { passkeys } from "./passkeys";
import { polling } from "./poll";
import { shortcuts } from "./shortcuts";
import { tailing } from "./tail";
import { times } from "./times";
import { trees } from "./tree";
import { working } from "./working";

askedIf(document);
autosubmit();
coaching();
confirmations();
dialogs();
inbox();
matrices(document);
passkeys();
shortcuts();
polling(enhance);
tailing();
times();
working();
enhance(document);

/** What must be done again for a fragment that was swapped in. */
function enhance(root: ParentNode): void {
  copying(root);
  trees(root);
}
