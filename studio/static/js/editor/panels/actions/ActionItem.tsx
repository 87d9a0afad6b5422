// A command as an item of a menu: its icon, title and key stand where it is declared.
import { Icon } from "../../parts/Icon";
import { usePart, useSession } from "../../session/context";
import { actionOf, can, titleOf } from "./actions";
import { isMac, shown } from "./chords";

export function ActionItem({ id, danger = false }: { id: string; danger?: boolean }) {
  const session = useSession();
  const action = actionOf(id);
  const title = usePart((state) => titleOf(action, state));
  const possible = usePart((state) => can(action, state, session));
  if (!possible) return null;
  const [key] = action.keys ?? [];
  return (
    <button type="button" className={danger ? "danger" : undefined} onClick={() => action.run(session)}>
      <Icon name={action.icon} />
      {title} {key && <kbd>{shown(key, isMac())}</kbd>}
    </button>
  );
}
